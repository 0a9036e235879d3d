namespace Bartizan.Client.People;

/// <summary>Enters with the token of <c>bartizan people break-glass</c>, which counts once.</summary>
public sealed record BreakGlassRequest
{
    /// <summary>The token.</summary>
    public required string Token { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "the glass is broken";
}
