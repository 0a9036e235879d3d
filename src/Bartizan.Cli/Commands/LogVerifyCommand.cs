using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Verification;
using Bartizan.Records.Evidence;
using Bartizan.Records.Verification;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log verify</c>: is the record what was written; from files alone.</summary>
internal static class LogVerifyCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var path = new Option<string?>("--path")
        {
            Description = "A state directory, or a copy of a log's directory alone; this instance's own when left out.",
        };
        var key = new Option<string?>("--key")
        {
            Description = "The log's key, from a place that whoever could change the log could not.",
        };
        var checkpoints = new Option<string[]>("--checkpoint")
        {
            Description =
                "A checkpoint seen or witnessed earlier (a file): only such show a log rewritten whole by its own key.",
        };
        var evidence = new Option<string?>("--evidence") { Description = "A bundle of evidence, instead of a log." };
        var archive = new Option<string?>("--archive")
        {
            Description =
                "An archive of pruned entries: by itself, or with --path held against the log that recorded it.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "verify",
            "Verifies the record from its files: tree, checkpoint, tiles, each session's chain, each payload. Example: bartizan log verify --path DIR --checkpoint seen-last-week"
        )
        {
            path,
            key,
            checkpoints,
            evidence,
            archive,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(evidence) is { } bundle)
                {
                    return VerifyEvidence(bundle, parsed.GetValue(key), parsed.GetValue(json));
                }

                if (parsed.GetValue(archive) is { } file)
                {
                    var log = parsed.GetValue(path) is { } given ? LogPlace.Of(given).LogDirectory : null;
                    return LogArchive.Verify(file, log, parsed.GetValue(key), parsed.GetValue(json), cancellationToken);
                }

                var place = LogPlace.Of(parsed.GetValue(path));
                if (!Directory.Exists(place.LogDirectory))
                {
                    return Screen.Error(
                        ExitCode.No,
                        $"there is no log in `{place.LogDirectory}`",
                        "the first `bartizan run` starts one; if one was here, it was taken away"
                    );
                }

                var options = new LogVerifierOptions { Remembered = [.. parsed.GetValue(checkpoints) ?? []] };
                if (parsed.GetValue(key) is { } text)
                {
                    if (!NoteVerifier.TryParse(text, out var verifier))
                    {
                        return Screen.Error(ExitCode.Usage, $"`{text}` is not a log's key", "it reads NAME+ID+KEY");
                    }

                    options = options with { Key = verifier };
                }

                var verdict = place.Instance is { } instance
                    ? await RecordVerifier.VerifyAsync(instance, options, cancellationToken)
                    : await RecordVerifier.VerifyLogAsync(place.LogDirectory, options, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(verdict);
                    return verdict.Holds ? ExitCode.Done : ExitCode.No;
                }

                foreach (var fault in verdict.Log.Faults)
                {
                    Screen.Error(ExitCode.No, $"{Name(fault.Kind)}: {fault.Text}");
                }

                foreach (var touched in verdict.Touched)
                {
                    Screen.Error(ExitCode.No, $"session: {touched.Text}");
                }

                foreach (var fault in verdict.Faults)
                {
                    Screen.Error(
                        ExitCode.No,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"entry {fault.Index} (session {fault.Session}): {fault.Text}"
                        )
                    );
                }

                Screen.Line(Describe(verdict), verdict.Holds ? Tone.Good : Tone.Bad);
                return verdict.Holds ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    private static string Pruned(long minimum) =>
        minimum == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; those before entry {minimum} were pruned, as it records");

    private static string Name(LogFaultKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static int VerifyEvidence(string bundle, string? key, bool json)
    {
        EvidenceVerdict verdict;
        try
        {
            verdict = EvidenceVerifier.Verify(bundle, key);
        }
        catch (Exception e) when (e is EvidenceException or IOException or UnauthorizedAccessException)
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
            Screen.Error(ExitCode.No, $"{fault.Kind.ToString().ToLowerInvariant()}: {Screen.Printable(fault.Text)}");
        }

        Screen.Line(Describe(verdict), verdict.Holds ? Tone.Good : Tone.Bad);
        if (verdict.Holds && key is null)
        {
            Screen.Line($"  by the key that it brings along; compare it: {Screen.Printable(verdict.Vkey)}");
        }

        return verdict.Holds ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>A bundle's verdict in one line.</summary>
    public static string Describe(EvidenceVerdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the evidence {(verdict.Holds ? "verifies" : "does NOT verify")}: session {Screen.Printable(verdict.Session)}, {verdict.Entries} entries, {verdict.Payloads} payloads, cosigned by {(verdict.Witnesses.IsEmpty ? "nobody" : Screen.Printable(string.Join(", ", verdict.Witnesses)))}; exported by {Screen.Printable(verdict.Exported.By)} at {verdict.Exported.At:u}; {(verdict.Custody is { } custody ? $"signed for to {Screen.Printable(custody.By)}, entry {custody.Entry}" : "nobody signed for its custody")}"
        );

    /// <summary>A verdict in one line.</summary>
    public static string Describe(RecordVerdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the log {(verdict.Holds ? "verifies" : "does NOT verify")}: {verdict.Log.Entries} entries of {verdict.Sessions} sessions, {verdict.PayloadsWhole} payloads, {verdict.Log.Unsigned} not under a checkpoint yet{Pruned(verdict.Log.Minimum)}"
        );
}
