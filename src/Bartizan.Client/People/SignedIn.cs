namespace Bartizan.Client.People;

/// <summary>Somebody signed in, or signed out.</summary>
/// <param name="Cookies">What their browser is to keep, as <c>Set-Cookie</c> says it.</param>
public sealed record SignedIn(IReadOnlyList<string> Cookies)
{
    /// <inheritdoc/>
    public override string ToString() => "signed in or out";
}
