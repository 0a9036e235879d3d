using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>What a good token says. Only the verifier makes one.</summary>
public sealed class VerifiedClaims
{
    internal VerifiedClaims(JsonElement all) => All = all;

    /// <summary>Who issued it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whom it is about; never the same for two people of one issuer. Printable ASCII.</summary>
    public required string Subject { get; init; }

    /// <summary>Whom it is meant for.</summary>
    public required ImmutableArray<string> Audience { get; init; }

    /// <summary>When it stops to hold; nobody's clock added.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset Issued { get; init; }

    /// <summary>All of its claims: an object without repeated names, of bounded size and depth.</summary>
    public JsonElement All { get; }

    /// <summary>A claim that is text; null for any other.</summary>
    public string? TextOf(string claim) => StrictJson.TextOf(All, claim);
}
