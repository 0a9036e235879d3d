namespace Bartizan.Core.Manifests;

/// <summary>How much of a class of personal data one action may hold.</summary>
/// <param name="Kind">The class, one of <see cref="DataKinds"/>.</param>
/// <param name="Most">Different values of it.</param>
public sealed record DataCap(string Kind, int Most)
{
    /// <summary>The largest cap: what holds more values is counted no further, and is over every cap.</summary>
    public const int Largest = 200;
}
