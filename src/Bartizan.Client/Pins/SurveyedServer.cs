namespace Bartizan.Client.Pins;

/// <summary>What one server of a manifest says of itself and its tools now.</summary>
public sealed record SurveyedServer
{
    /// <summary>Its name in the manifest.</summary>
    public required string Server { get; init; }

    /// <summary>Why nothing could be read; null when something was.</summary>
    public string? Problem { get; init; }

    /// <summary>What it says of itself, in the eras that it speaks.</summary>
    public IReadOnlyList<PinnedText> Identities { get; init; } = [];

    /// <summary>Its tools.</summary>
    public IReadOnlyList<PinnedText> Tools { get; init; } = [];

    /// <summary>Items of its lists that no pin can be made of.</summary>
    public int Unusable { get; init; }
}
