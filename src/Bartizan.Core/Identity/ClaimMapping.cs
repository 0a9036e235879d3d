using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Identity;

/// <summary>
/// Makes <c>user.*</c> of a token's claims. <c>id</c> is always the subject; everything else only when the manifest says which claim it is.
/// A claim that is missing, too long or of another kind than text, number, truth value or list of texts is unknown, which makes conditions
/// on it stricter.
/// </summary>
public static class ClaimMapping
{
    /// <summary>The attribute that is the subject, whatever a manifest says.</summary>
    public const string Id = "id";

    /// <summary>Characters of a text.</summary>
    public const int MaxTextChars = 256;

    /// <summary>Texts of a list.</summary>
    public const int MaxTexts = 256;

    /// <summary>The attributes.</summary>
    /// <param name="claims">What a good token says.</param>
    /// <param name="map">The claim of each attribute.</param>
    public static AttributeSet Of(VerifiedClaims claims, IReadOnlyDictionary<string, string> map)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(map);
        var known = ImmutableSortedDictionary.CreateBuilder<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var (attribute, claim) in map)
        {
            if (ValueOf(StrictJson.Member(claims.All, claim)) is { } value)
            {
                known[attribute] = value;
            }
        }

        known[Id] = AttributeValue.Of(claims.Subject);
        return AttributeSet.Of(known);
    }

    private static AttributeValue? ValueOf(JsonElement claim) =>
        claim.ValueKind switch
        {
            JsonValueKind.True => AttributeValue.True,
            JsonValueKind.False => AttributeValue.False,
            JsonValueKind.Number when claim.TryGetInt64(out var whole) => AttributeValue.Of(whole),
            JsonValueKind.Number when claim.TryGetDouble(out var real) && double.IsFinite(real) => AttributeValue.Of(
                real
            ),
            JsonValueKind.String when TextOf(claim) is { } text => AttributeValue.Of(text),
            JsonValueKind.Array when claim.GetArrayLength() <= MaxTexts => ListOf(claim),
            _ => null,
        };

    // INVARIANT: a list is known whole or not at all: without one of its items a `deny ... in` would not apply.
    private static AttributeValue? ListOf(JsonElement claim)
    {
        var texts = claim.EnumerateArray().Select(TextOf).ToList();
        return texts.Contains(null) ? null : AttributeValue.ListOf(texts.OfType<string>());
    }

    private static string? TextOf(JsonElement value) =>
        StrictJson.TextOf(value) is { Length: <= MaxTextChars } text ? text : null;
}
