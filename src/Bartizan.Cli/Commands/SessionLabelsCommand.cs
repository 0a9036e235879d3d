using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Sessions;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan sessions labels | clear-label</c>: what a session was exposed to, and that it counts no more.</summary>
internal static class SessionLabelsCommand
{
    /// <summary>Builds <c>labels</c>.</summary>
    public static Command MakeShow()
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "labels",
            "Shows a session's labels with what put them there. Example: bartizan sessions labels s-…"
        )
        {
            session,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = await ClientAsync(cancellationToken);
                var request = new LabelsRequest { Session = parsed.GetValue(session)! };
                var reply = await client.LabelsAsync(request, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                }
                else
                {
                    Print(reply);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    /// <summary>Builds <c>clear-label</c>.</summary>
    public static Command MakeClear()
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var label = new Argument<string>("label") { Description = "untrusted, private or secret." };
        var why = new Option<string>("--why") { Description = "Why, for the log.", Required = true };
        var seen = new Option<long?>("--seen")
        {
            Description =
                "The number that `sessions labels` showed you: what was met since keeps the label. What it shows now, when left out.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "clear-label",
            "Takes a label off a session: whom `trust.declassify` names have looked at what it read. Recorded. Example: bartizan sessions clear-label s-… untrusted --why \"the page is our own\""
        )
        {
            session,
            label,
            why,
            seen,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = await ClientAsync(cancellationToken);
                var request = new LabelsRequest { Session = parsed.GetValue(session)! };
                if (parsed.GetValue(seen) is not { } number)
                {
                    var shown = await client.LabelsAsync(request, cancellationToken);
                    number = shown.Seen;
                    if (!parsed.GetValue(json))
                    {
                        Print(shown);
                    }
                }

                var reply = await client.ClearLabelAsync(
                    request with
                    {
                        Label = parsed.GetValue(label),
                        Why = parsed.GetValue(why),
                        Seen = number,
                    },
                    cancellationToken
                );
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                }
                else
                {
                    Screen.Line(Screen.Printable(reply.Says));
                }

                return reply.Done ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    // Who may say so may have an account of their own, and no instance there: theirs is the people's socket.
    private static async Task<ControlClient> ClientAsync(CancellationToken cancellationToken)
    {
        var address = ApprovalsCommand.Address(null);
        return address.PeopleSocket is null
            ? await Instance.StartedAsync(cancellationToken)
            : new ControlClient(address);
    }

    private static void Print(LabelsReply reply)
    {
        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{reply.Session}  {Screen.Printable(reply.Agent)}  started by {Screen.Printable(reply.Person)}  seen up to {reply.Seen}"
            )
        );
        foreach (var label in reply.Labels)
        {
            var kept = label.WhyKept is { } why ? $" (stays: {Screen.Printable(why)})" : "";
            Screen.Line($"  {label.Label}{kept}");
            foreach (var source in label.Sources)
            {
                Screen.Line($"    {Screen.Printable(source)}");
            }

            if (label.Count > label.Sources.Count)
            {
                Screen.Line(
                    string.Create(CultureInfo.InvariantCulture, $"    and {label.Count - label.Sources.Count} more")
                );
            }
        }

        Screen.Line(
            reply.Labels.Count == 0 ? "  no labels" : $"  one comes off by the word of {Screen.Printable(reply.Needs)}",
            Tone.Quiet
        );
    }
}
