using Bartizan.Log;

namespace Bartizan.Records.Journals;

/// <summary>Where an instance keeps its record.</summary>
public sealed record JournalOptions
{
    /// <summary>The log's directory.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>The payloads' directory.</summary>
    public required string PayloadDirectory { get; init; }

    /// <summary>The keys' directory: signing key, payload key, second copy of the checkpoint.</summary>
    public required string KeyDirectory { get; init; }

    /// <summary>How the log is kept; the directories and the companion are set by the journal.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>The usual places in a state directory: <c>log</c>, <c>payloads</c>, <c>keys</c>.</summary>
    public static JournalOptions In(string stateDirectory) =>
        new()
        {
            LogDirectory = Path.Combine(stateDirectory, "log"),
            PayloadDirectory = Path.Combine(stateDirectory, "payloads"),
            KeyDirectory = Path.Combine(stateDirectory, "keys"),
        };
}
