using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
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
            Description = "A state directory; this instance's own when left out.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "verify",
            "Verifies the record from its files: tree, checkpoint, each session's chain, each payload. Example: bartizan log verify"
        )
        {
            path,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var places = LogCommand.Places(parsed.GetValue(path));
                if (!Directory.Exists(places.LogDirectory))
                {
                    return Screen.Error(
                        ExitCode.No,
                        $"there is no log in `{places.LogDirectory}`",
                        "the first `bartizan run` starts one; if one was here, it was taken away"
                    );
                }

                var verdict = await RecordVerifier.VerifyAsync(places, new LogVerifierOptions(), cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(verdict);
                    return verdict.Holds ? ExitCode.Done : ExitCode.No;
                }

                foreach (var fault in verdict.Log.Faults)
                {
                    Screen.Error(ExitCode.No, fault.Text);
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

    /// <summary>A verdict in one line.</summary>
    public static string Describe(RecordVerdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the log {(verdict.Holds ? "verifies" : "does NOT verify")}: {verdict.Log.Entries} entries of {verdict.Sessions} sessions, {verdict.PayloadsWhole} payloads, {verdict.Log.Unsigned} not under a checkpoint yet"
        );
}
