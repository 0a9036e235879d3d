namespace Bartizan.Vault.Tests;

/// <summary>A clock that goes when it is told to.</summary>
internal sealed class GivenTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2027, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
