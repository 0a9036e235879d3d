using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>Lines that only a program that fails writes: .NET, Java, Python, Node, Go.</summary>
internal static class StackTraces
{
    /// <summary>The longest line that is looked at as one.</summary>
    private const int MaxLine = 400;

    /// <summary>What such lines hold.</summary>
    public static string[] Signs { get; } = ["   at ", "\tat ", "traceback (most", "file \"", "goroutine "];

    /// <summary>Adds the line in which a sign stands; returns where it ends, or where it began when it is none.</summary>
    public static int Take(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var line = text[at..Math.Min(text.Length, at + MaxLine)];
        var length = line.IndexOf('\n');
        line = (length < 0 ? line : line[..length]).TrimEnd();
        if (!IsOne(line))
        {
            return at;
        }

        found.Add("internals", "stack-trace", view, at, line.Length, FindingSeverity.Low, 0.85);
        return at + line.Length;
    }

    private static bool IsOne(ReadOnlySpan<char> line)
    {
        if (line.StartsWith("Traceback (most recent call last)"))
        {
            return true;
        }

        if (line.StartsWith("goroutine "))
        {
            return line.EndsWith("]:") && line.IndexOf('[') > 10 && char.IsAsciiDigit(line[10]);
        }

        // File "/app/main.py", line 7, in run
        if (line.StartsWith("File \""))
        {
            return line.IndexOf("\", line ") > 0;
        }

        return (line[0] is ' ' or '\t') && IsFrame(line.TrimStart());
    }

    // at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12 · at shop.Cart.add(Cart.java:12) · at add (/app/cart.js:12:7)
    private static bool IsFrame(ReadOnlySpan<char> frame)
    {
        if (!frame.StartsWith("at "))
        {
            return false;
        }

        frame = frame[3..];
        var open = frame.IndexOf('(');
        if (open <= 0)
        {
            // at /app/cart.js:12:7
            var colon = frame.LastIndexOf(':');
            return colon > 0
                && frame.IndexOf('/') >= 0
                && frame[..colon].LastIndexOf(':') > 0
                && !frame[(colon + 1)..].ContainsAnyExceptInRange('0', '9')
                && colon + 1 < frame.Length;
        }

        var name = frame[..open];
        var inner = frame[(open + 1)..];
        var isNode = inner.EndsWith(")") && inner.Count(':') >= 2 && char.IsAsciiDigit(inner[^2]);
        var isFile = inner.IndexOf(".java:") > 0 || inner.IndexOf(".kt:") > 0 || inner.IndexOf(".scala:") > 0;
        return isNode || (name.IndexOf(' ') < 0 && (isFile || name.Count('.') >= 2) && inner.IndexOf(')') >= 0);
    }
}
