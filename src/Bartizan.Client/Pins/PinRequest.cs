namespace Bartizan.Client.Pins;

/// <summary>What the servers of a manifest say now, or that the manifest's lock is another.</summary>
public sealed record PinRequest
{
    /// <summary>The manifest's absolute path.</summary>
    public required string Manifest { get; init; }

    /// <summary>The <c>env:</c> credentials of the manifest, by the variables' names.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();
}
