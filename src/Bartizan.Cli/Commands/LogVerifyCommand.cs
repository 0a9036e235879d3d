using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Verification;
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
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "verify",
            "Verifies the record from its files: tree, checkpoint, tiles, each session's chain, each payload. Example: bartizan log verify --path DIR --checkpoint seen-last-week"
        )
        {
            path,
            key,
            checkpoints,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
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

    private static string Name(LogFaultKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    /// <summary>A verdict in one line.</summary>
    public static string Describe(RecordVerdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the log {(verdict.Holds ? "verifies" : "does NOT verify")}: {verdict.Log.Entries} entries of {verdict.Sessions} sessions, {verdict.PayloadsWhole} payloads, {verdict.Log.Unsigned} not under a checkpoint yet"
        );
}
