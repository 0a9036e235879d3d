using System.Globalization;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Pruning;
using Bartizan.Records.Retention;

namespace Bartizan.Cli.Commands;

/// <summary>Verifies an archive of pruned entries: from the file alone, or against the log that recorded it.</summary>
internal static class LogArchive
{
    /// <summary>Verifies and prints; returns the exit code.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="log">The log that it is held against; null for the file alone.</param>
    /// <param name="key">The log's key; null for that of the log, or the archive's own.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static int Verify(string path, string? log, string? key, bool json, CancellationToken cancellationToken)
    {
        NoteVerifier? verifier = null;
        if (key is not null && !NoteVerifier.TryParse(key, out verifier))
        {
            return Screen.Error(ExitCode.Usage, $"`{key}` is not a log's key", "it reads NAME+ID+KEY");
        }

        ArchiveVerdict verdict;
        try
        {
            var options = new ArchiveOptions { Key = verifier ?? KeyOf(log) };
            verdict = ArchiveVerifier.Verify(path, options, cancellationToken);
            if (log is not null && RecordOf(log, verdict) is { } record)
            {
                verdict = ArchiveVerifier.Verify(path, options with { Digest = record.Archive }, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Screen.Error(ExitCode.No, e.Message);
        }

        if (json)
        {
            Screen.Json(verdict);
            return verdict.Holds ? ExitCode.Done : ExitCode.No;
        }

        foreach (var fault in verdict.Faults)
        {
            Screen.Error(
                ExitCode.No,
                $"{JsonNamingPolicy.KebabCaseLower.ConvertName(fault.Kind.ToString())}: {Screen.Printable(fault.Text)}"
            );
        }

        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the archive {(verdict.Holds ? "verifies" : "does NOT verify")}: entries {verdict.First} to {verdict.End - 1}, under a checkpoint of {verdict.Checkpoint?.Size ?? 0} entries"
            ),
            verdict.Holds ? Tone.Good : Tone.Bad
        );
        if (verdict.Holds && verifier is null && log is null)
        {
            Screen.Line($"  by the key that it brings along; compare it: {Screen.Printable(verdict.Vkey)}");
        }

        return verdict.Holds ? ExitCode.Done : ExitCode.No;
    }

    private static NoteVerifier? KeyOf(string? log) =>
        log is not null
        && File.Exists(Path.Combine(log, "vkey"))
        && NoteVerifier.TryParse(File.ReadAllText(Path.Combine(log, "vkey")), out var own)
            ? own
            : null;

    // The record of the prune that the archive is of, if the log still has it.
    private static PruneRecord? RecordOf(string log, ArchiveVerdict verdict)
    {
        using var leaves = new LeafLookup(log);
        return
            leaves.Read(MinimumIndex.Of(log).Record) is { } leaf
            && EntryPruneRecords.Instance.Read(leaf.Span) is { } record
            && record.First == verdict.First
            && record.Minimum == verdict.End
            ? record
            : null;
    }
}
