using System.Collections.Frozen;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// How a placeholder is written: <c>[kind-number]</c>, of a kind that some detector names. What looks like one in a text that goes to a
/// model is taken out like a value (<see cref="Literal"/>), so that every placeholder a model sees was put there for what stands behind it.
/// </summary>
internal static class PlaceholderForm
{
    /// <summary>The kind of a text that only looks like a placeholder.</summary>
    public const string Literal = "literal";

    /// <summary>What a kind that isn't listed is called.</summary>
    public const string Other = "data";

    /// <summary>Digits of a number.</summary>
    private const int MaxDigits = 4;

    /// <summary>Letters of a kind's name.</summary>
    private const int MaxKind = 32;

    /// <summary>Characters of the longest.</summary>
    public const int MaxLength = MaxKind + MaxDigits + 3;

    /// <summary>All kinds.</summary>
    public static FrozenSet<string> Kinds { get; } =
        DataKinds
            .All.Concat(TokenKinds.All.Select(kind => kind.Name))
            .Concat([
                "private-key",
                "putty-user-key",
                "url-credentials",
                "assigned-secret",
                "authorization",
                "internal-address",
                "internal-host",
                "host-path",
                "stack-trace",
                Literal,
                Other,
            ])
            .Where(kind => kind.Length <= MaxKind)
            .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True for a kind of credential: no words that somebody could choose to have taken out of other texts.</summary>
    public static bool IsCredential(string kind) =>
        kind is not (Literal or Other or "internal-host" or "internal-address" or "host-path" or "stack-trace")
        && !DataKinds.All.Contains(kind);

    /// <summary>True for a placeholder of a text that only looked like one.</summary>
    public static bool IsLiteral(ReadOnlySpan<char> name) => name.StartsWith($"[{Literal}-", StringComparison.Ordinal);

    /// <summary>True for a character that may stand between the brackets.</summary>
    public static bool IsInside(char one) => one is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';

    /// <summary>True for a whole placeholder, brackets and all, whether it was ever given or not.</summary>
    public static bool Is(ReadOnlySpan<char> text)
    {
        if (text.Length is < 5 or > MaxLength || text[0] != '[' || text[^1] != ']')
        {
            return false;
        }

        var inside = text[1..^1];
        var dash = inside.LastIndexOf('-');
        var number = inside[(dash + 1)..];
        return dash > 0
            && number.Length is > 0 and <= MaxDigits
            && number[0] != '0'
            && !number.ContainsAnyExceptInRange('0', '9')
            && Kinds.GetAlternateLookup<ReadOnlySpan<char>>().Contains(inside[..dash]);
    }

    /// <summary>Where a text holds what looks like one.</summary>
    public static IEnumerable<(int Start, int End)> PlacesIn(string text)
    {
        for (var at = text.IndexOf('['); at >= 0; at = text.IndexOf('[', at + 1))
        {
            var end = at + 1;
            while (end < text.Length && end - at < MaxLength && IsInside(text[end]))
            {
                end++;
            }

            if (end < text.Length && text[end] == ']' && Is(text.AsSpan(at, end + 1 - at)))
            {
                yield return (at, end + 1);
            }
        }
    }
}
