using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Workspaces;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan workspace diff | apply | discard</c>: what a session changed, and what becomes of it.</summary>
internal static class WorkspaceCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var command = new Command(
            "workspace",
            "Shows, applies or discards what a session changed. Example: bartizan workspace diff s-…"
        );
        command.Add(Verb("diff", "Shows the changes.", withCheck: false));
        command.Add(
            Verb("apply", "Judges the changes by the rules again and puts them into the workspace.", withCheck: true)
        );
        command.Add(Verb("discard", "Throws the changes away.", withCheck: false));
        command.Add(LabelVerb("labels", "Lists the files that carry labels of the sessions that wrote them."));
        command.Add(LabelVerb("clear", "Takes the labels off a file or folder: you have looked at it. Recorded."));
        return command;
    }

    private static Command Verb(string verb, string description, bool withCheck)
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var check = new Option<string?>("--check")
        {
            Description =
                "Run this command on the result first, without network or credentials; apply only if it succeeds.",
        };
        var confirm = new Option<bool>("--confirm")
        {
            Description = "Take what the rules ask about and what is named dangerous, too.",
        };
        var clear = new Option<bool>("--clear-labels")
        {
            Description = "Take the labels off what is applied: you have looked at it. Recorded.",
        };
        var command = new Command(verb, $"{description} Example: bartizan workspace {verb} s-…") { session, json };
        if (withCheck)
        {
            command.Add(check);
            command.Add(confirm);
            command.Add(clear);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var request = new WorkspaceRequest
                {
                    Session = parsed.GetValue(session)!,
                    Check = withCheck && parsed.GetValue(check) is { } words ? ["/bin/sh", "-c", words] : [],
                    Confirm = withCheck && parsed.GetValue(confirm),
                    ClearLabels = withCheck && parsed.GetValue(clear),
                };
                using var client = await Instance.StartedAsync(cancellationToken);
                var reply = await client.WorkspaceAsync(verb, request, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                    return reply.Done ? ExitCode.Done : ExitCode.No;
                }

                Print(verb, reply);
                return reply.Done ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    private static Command LabelVerb(string verb, string description)
    {
        var path = new Argument<string>("path")
        {
            Description = "A file, or a folder with all that is in it.",
            DefaultValueFactory = _ => ".",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(verb, $"{description} Example: bartizan workspace {verb} .") { path, json };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var at = Path.GetFullPath(parsed.GetValue(path)!);
                using var client = await Instance.StartedAsync(cancellationToken);
                var reply = await client.WorkspaceAsync(
                    verb,
                    new WorkspaceRequest { Session = "", Path = Path.TrimEndingDirectorySeparator(at) },
                    cancellationToken
                );
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                foreach (var file in reply.Changes)
                {
                    Screen.Line($"{file.Kind, -20} {file.Path}");
                }

                Screen.Line(
                    verb == "clear"
                        ? $"cleared {reply.Changes.Count} labels"
                        : $"{reply.Changes.Count} files carry labels"
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Print(string verb, WorkspaceReply reply)
    {
        if (reply.Labels.Length > 0)
        {
            Screen.Note(
                $"the session had read {reply.Labels} content; what it wrote carries that to whoever reads it"
                    + (verb == "diff" ? ": `apply --clear-labels` takes it off" : "")
            );
        }

        if (reply.Text is { Length: > 0 } text)
        {
            Screen.Line(text.TrimEnd('\n'));
        }
        else
        {
            foreach (var change in reply.Changes)
            {
                Screen.Line($"{change.Kind, -8} {Screen.Printable(change.Path)}");
            }
        }

        foreach (var refused in reply.Refused)
        {
            Screen.Note($"not taken: {Screen.Printable(refused)}");
        }

        if (reply.Problem is { } problem)
        {
            Screen.Error(ExitCode.No, problem);
        }
        else if (verb != "diff")
        {
            Screen.Line(verb == "apply" ? $"applied {reply.Changes.Count} changes" : "discarded");
        }
    }
}
