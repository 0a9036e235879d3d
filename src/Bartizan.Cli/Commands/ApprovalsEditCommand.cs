using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Approvals;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan approvals edit</c>: other arguments in the place of those that a tool call asks for.</summary>
internal static class ApprovalsEditCommand
{
    private const string StandardInput = "-";

    /// <summary>Builds the command.</summary>
    public static Command Make(Func<ParseResult, ControlClient> clientOf, Option<bool> json)
    {
        var id = new Argument<string>("id") { Description = "The ask's id, as `bartizan approvals` lists it." };
        var args = new Option<string?>("--args")
        {
            Description =
                "A file with the new arguments as one JSON object, `-` for standard input. Left out, the present ones are printed.",
        };
        var digest = new Option<string?>("--digest")
        {
            Description = "The whole digest of what was shown; taken from the ask that waits when left out.",
        };
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var command = new Command(
            "edit",
            "Writes a tool call's arguments anew: it is decided again, and where its rules ask it waits as a new ask. Example: bartizan approvals edit a-0123456789ab --args new.json"
        )
        {
            id,
            args,
            digest,
            reason,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = clientOf(parsed);
                var name = parsed.GetValue(id)!;
                if (await ApprovalsCommand.FindAsync(client, name, cancellationToken) is not { } ask)
                {
                    return ApprovalsCommand.Missing(name);
                }

                if (parsed.GetValue(args) is not { } file)
                {
                    return Print(ask);
                }

                string written;
                try
                {
                    written =
                        file == StandardInput
                            ? await Console.In.ReadToEndAsync(cancellationToken)
                            : await File.ReadAllTextAsync(file, cancellationToken);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return Screen.Error(ExitCode.Usage, $"`{file}` can't be read", "name a file with one JSON object");
                }

                var reply = await client.AnswerAsync(
                    new AnswerRequest
                    {
                        Id = name,
                        Digest = parsed.GetValue(digest) ?? ask.Digest,
                        Granted = true,
                        Arguments = written,
                        Reason = parsed.GetValue(reason),
                    },
                    cancellationToken
                );
                return ApprovalsCommand.Say(reply, parsed.GetValue(json));
            }
        );
        return command;
    }

    private static int Print(AskLine ask)
    {
        if (ask.Arguments is null)
        {
            return Screen.Error(
                ExitCode.No,
                $"`{ask.Id}` can't be written anew",
                "only the arguments of tools behind the tool gateway can; `bartizan approvals deny` refuses it"
            );
        }

        Screen.Line(Screen.Printable(ask.Arguments));
        return ExitCode.Done;
    }
}
