namespace Bartizan.Core.Shell;

/// <summary>
/// The programs of <c>sed</c> that can't run, read or write a file: an address of numbers or <c>$</c>, and <c>p</c>, <c>d</c>,
/// <c>q</c>, <c>=</c>; or one <c>s</c> with the flags <c>g i I p</c> and numbers. Anything else may hold <c>w</c>, <c>e</c> or <c>r</c>.
/// </summary>
internal static class SedScript
{
    private static readonly System.Buffers.SearchValues<char> _plain = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.-^$*"
    );

    /// <summary>True when it reads like that.</summary>
    public static bool IsHarmless(string script)
    {
        foreach (var part in script.Contains('s', StringComparison.Ordinal) ? [script] : script.Split(';'))
        {
            if (!IsCommand(part.AsSpan().Trim(' ')))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsCommand(ReadOnlySpan<char> part)
    {
        var plain = part;
        if (part.Length > 1 && part[0] == '/' && part[1..].IndexOf('/') is var end and >= 0)
        {
            var address = part[1..(end + 1)];
            plain = address.IndexOfAnyExcept(_plain) < 0 ? part[(end + 2)..] : part;
        }

        var command = plain.TrimStart("0123456789,$+~ !");
        return command.Length switch
        {
            0 => false,
            1 => command[0] is 'p' or 'd' or 'q' or 'Q' or '=' or 'n' or 'N' or 'G' or 'h' or 'H' or 'x' or 'D' or 'P',
            _ => command[0] == 's' && IsSubstitution(command[1..]),
        };
    }

    private static bool IsSubstitution(ReadOnlySpan<char> rest)
    {
        var divider = rest[0];
        if (char.IsLetterOrDigit(divider) || divider is '\\' or '\n' or ' ' or ';' or '[' or ']' || rest.Contains('\n'))
        {
            return false;
        }

        // An escaped divider, or one within brackets, is read in more than one way: two plain ones must remain and no other.
        var text = rest[1..];
        var first = text.IndexOf(divider);
        if (first < 0 || text.Contains($"\\{divider}", StringComparison.Ordinal))
        {
            return false;
        }

        var second = text[(first + 1)..].IndexOf(divider);
        return second >= 0
            && !text[(first + 1 + second + 1)..].Contains(divider)
            && text[(first + 1 + second + 1)..].IndexOfAnyExcept("giIp0123456789") < 0;
    }
}
