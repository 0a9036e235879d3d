using Bartizan.Records.Journals;

namespace Bartizan.Cli.Commands;

/// <summary>Where a log lies: in an instance's state directory, or copied away by itself.</summary>
/// <param name="LogDirectory">The log's directory.</param>
/// <param name="Instance">The state directory's places; null for a log by itself, which has no keys and payloads.</param>
internal sealed record LogPlace(string LogDirectory, JournalOptions? Instance)
{
    // Any of these makes a directory a log's own.
    private static readonly string[] s_marks = ["seg", "tile", "checkpoint"];

    /// <summary>What a <c>--path</c> means; this instance's own log when there is none.</summary>
    public static LogPlace Of(string? path)
    {
        if (path is not null && s_marks.Any(name => Path.Exists(Path.Combine(path, name))))
        {
            return new LogPlace(path, null);
        }

        var places = LogCommand.Places(path);
        return new LogPlace(places.LogDirectory, places);
    }
}
