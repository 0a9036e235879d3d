namespace Bartizan.Gateway.Egress.Injection;

/// <summary>What was made with a key's secret, and goes with its signature.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Token">The token of the session that it was made for.</param>
internal readonly record struct MadeKey(string Id, string Token)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => Id;
}
