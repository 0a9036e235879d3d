using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>What the proxy says in its own name: plain text for a person or a model to read, and one header for a program.</summary>
internal static class Answers
{
    /// <summary>How the proxy's own fields begin; nobody else's pass.</summary>
    public const string OwnFields = "X-Bartizan-";

    /// <summary>The rule that would have allowed it.</summary>
    public const string RuleHeader = "X-Bartizan-Rule";

    /// <summary>Longer than any rule; the header must fit into a client's head.</summary>
    private const int MaxHeaderLength = 1024;

    /// <summary>The tunnel is open.</summary>
    public static ReadOnlyMemory<byte> Established { get; } = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();

    /// <summary>The client is to send its body.</summary>
    public static ReadOnlyMemory<byte> Continue { get; } = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    /// <summary>TLS alert access_denied (49), fatal: a client says so instead of trying again.</summary>
    public static ReadOnlyMemory<byte> AccessDenied { get; } = new byte[] { 21, 3, 3, 0, 2, 2, 49 };

    /// <summary>TLS alert unrecognized_name (112), fatal.</summary>
    public static ReadOnlyMemory<byte> UnrecognizedName { get; } = new byte[] { 21, 3, 3, 0, 2, 2, 112 };

    /// <summary>
    /// 403 for a decision, 429 for one that may be another soon. Whoever steers the agent reads it: nothing of rules but the one that is
    /// needed.
    /// </summary>
    public static byte[] Refused(ActionTarget target, Decision decision)
    {
        var (rule, text) = TextOf(target, decision);
        var fields = rule is null ? "" : $"{RuleHeader}: {rule}\r\n";
        return SecondsOf(decision) is { } seconds
            ? Make("429 Too Many Requests", $"{fields}Retry-After: {seconds}\r\n", text)
            : Make("403 Forbidden", fields, text);
    }

    /// <summary>After how many seconds it is worth trying again, as <c>Retry-After</c> says it; null when nobody knows.</summary>
    public static string? SecondsOf(Decision decision) =>
        decision.RetryAfter is { } wait
            ? Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture)
            : null;

    /// <summary>The same in parts: what <see cref="RuleHeader"/> says, if anything, and the text.</summary>
    public static (string? Rule, string Text) TextOf(ActionTarget target, Decision decision)
    {
        var what = $"{target.Verb.ToString().ToLowerInvariant()} {target.Text}";
        var text = $"bartizan refused `{what}`: {decision.Told}.\n";
        return decision.Needed is { } needed
            ? (HeaderText(needed), $"{text}The rule that would allow it: `{needed}`\n")
            : (null, text);
    }

    /// <summary>403 for what the proxy may not do whatever the rules say of the name.</summary>
    public static byte[] Refused(string problem) => Make("403 Forbidden", "", $"bartizan refused it: {problem}.\n");

    /// <summary>400.</summary>
    public static byte[] Malformed(string problem) =>
        Make("400 Bad Request", "", $"bartizan can't take this request: {problem}.\n");

    /// <summary>407.</summary>
    public static byte[] WhoAreYou(string problem) =>
        Make(
            "407 Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=\"bartizan\"\r\n",
            $"bartizan: {problem}.\n"
        );

    /// <summary>502 or 504.</summary>
    public static byte[] Failed(DialEnd end, string problem) =>
        Make(end == DialEnd.TimedOut ? "504 Gateway Timeout" : "502 Bad Gateway", "", $"bartizan: {problem}.\n");

    private static byte[] Make(string status, string header, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head =
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n{header}"
            + $"Content-Length: {bytes.Length}\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. bytes];
    }

    private static string HeaderText(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxHeaderLength)))
        {
            clean.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return clean.ToString();
    }
}
