using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace Bartizan.Gateway.Inbound;

/// <summary>What an agent says its answer is: once, and in letters that guards read as callers do.</summary>
internal static class AnswerType
{
    private const string Charset = "charset";

    // Those in which ASCII is ASCII: nobody hides in the others of them what is looked for.
    private static readonly FrozenSet<string> _read = FrozenSet.ToFrozenSet(
        ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The media type with its parameters; empty for none.</summary>
    /// <exception cref="BrokenInboundException">There are two, or guards and callers would read other letters.</exception>
    public static string Of(HttpHeadersNonValidated headers)
    {
        if (!headers.TryGetValues("Content-Type", out var values))
        {
            return "";
        }

        if (values.Count > 1)
        {
            throw new BrokenInboundException("the agent's answer has two content types");
        }

        var type = values.ToString();
        var at = type.IndexOf(Charset, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return type;
        }

        var name = type.AsSpan(at + Charset.Length).TrimStart();
        var isOne = name.StartsWith("=") && type.LastIndexOf(Charset, StringComparison.OrdinalIgnoreCase) == at;
        name = name.TrimStart('=');
        var end = name.IndexOf(';');
        name = (end < 0 ? name : name[..end]).Trim().Trim('"');
        return isOne && _read.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name)
            ? type
            : throw new BrokenInboundException("the agent's answer is in letters that guards don't read");
    }
}
