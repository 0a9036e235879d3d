namespace Bartizan.Vault.Providers;

/// <summary>By what one issued thing alone can be revoked.</summary>
/// <param name="Value">What the provider is told then.</param>
/// <param name="IsSecret">True where it can be used for more than that: the book holds it sealed.</param>
internal sealed record IssuedAnchor(Secret Value, bool IsSecret)
{
    /// <summary>Never the value.</summary>
    public override string ToString() => "***";
}
