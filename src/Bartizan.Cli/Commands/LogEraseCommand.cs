using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Erasures;
using Bartizan.Records.Erasures;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log erase | hold | pending | approve | withdraw</c>: erasure and legal holds, by two people.</summary>
internal static class LogEraseCommand
{
    /// <summary>Builds the nouns.</summary>
    public static IEnumerable<Command> Make() =>
        [MakeErase(), MakeHold(), MakePending(), MakeAnswer(ErasureVerb.Approve), MakeAnswer(ErasureVerb.Withdraw)];

    private static Command MakeErase() =>
        MakeScoped(
            "erase",
            ErasureVerb.Erase,
            "Destroys the keys and salts of a session's payloads, or of all sessions that a person started; entries and proofs stay. Takes two people. Example: bartizan log erase s-… --why \"GDPR Art. 17, request 42\""
        );

    private static Command MakeHold()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var list = new Command("list", "Shows the legal holds that stand. Example: bartizan log hold list") { json };
        list.SetAction(
            async (parsed, cancellationToken) =>
            {
                var index = await ErasureIndex.ReadAsync(LogCommand.Places().LogDirectory, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(
                        index.Holds.Select(hold => new
                        {
                            entry = hold.Index,
                            scope = hold.Scope.ToString(),
                            by = hold.By,
                            why = hold.Why,
                            since = hold.Since,
                        })
                    );
                    return ExitCode.Done;
                }

                foreach (var hold in index.Holds)
                {
                    Screen.Line(
                        $"{hold.Scope}  since {hold.Since.ToString("u", CultureInfo.InvariantCulture)} by {Screen.Printable(hold.By)} (entry {hold.Index}): {Screen.Printable(hold.Why)}"
                    );
                }

                return ExitCode.Done;
            }
        );
        return new Command("hold", "Legal holds: what is held is not erased. Example: bartizan log hold list")
        {
            MakeScoped(
                "add",
                ErasureVerb.Hold,
                "Holds a session, or all sessions that a person started. Example: bartizan log hold add s-… --why \"case 7\""
            ),
            MakeScoped(
                "remove",
                ErasureVerb.Release,
                "Lifts a hold. Takes two people. Example: bartizan log hold remove s-… --why \"case 7 is closed\""
            ),
            list,
        };
    }

    private static Command MakePending()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "pending",
            "Shows the erasures and ends of holds that wait for a second person. Example: bartizan log pending"
        )
        {
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(new ErasureRequest { Verb = ErasureVerb.Pending }, parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Command MakeAnswer(ErasureVerb verb)
    {
        var name = verb == ErasureVerb.Approve ? "approve" : "withdraw";
        var id = new Argument<string>("id") { Description = "The request's id, as `bartizan log pending` shows it." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            name,
            verb == ErasureVerb.Approve
                ? "Approves what another person asked for, and does it. Example: bartizan log approve 1a2b3c4d"
                : "Takes a request back, or turns it down. Example: bartizan log withdraw 1a2b3c4d"
        )
        {
            id,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(
                    new ErasureRequest { Verb = verb, Id = parsed.GetValue(id) },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command MakeScoped(string name, ErasureVerb verb, string description)
    {
        var session = new Argument<string?>("session")
        {
            Description = "The session's id.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var subject = new Option<string?>("--subject")
        {
            Description = "A person, as entries name them: every session that they started.",
        };
        var user = new Option<string?>("--user")
        {
            Description =
                "An end user by their `sub`: every session that acted for them; `erase` forgets who they are, too.",
        };
        var issuer = new Option<string?>("--issuer")
        {
            Description = "The user's issuer, where several know such a user.",
        };
        var why = new Option<string>("--why") { Description = "The legal basis or reason.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(name, description) { session, subject, user, issuer, why, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(
                    new ErasureRequest
                    {
                        Verb = verb,
                        Session = parsed.GetValue(session),
                        Person = parsed.GetValue(subject),
                        User = parsed.GetValue(user),
                        Issuer = parsed.GetValue(issuer),
                        Why = parsed.GetValue(why),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> SendAsync(ErasureRequest request, bool json, CancellationToken cancellationToken)
    {
        // The second person has an account of their own, and no instance there: theirs is the people's socket.
        var address = ApprovalsCommand.Address(null);
        using var client = address.PeopleSocket is null
            ? await Instance.StartedAsync(cancellationToken)
            : new ControlClient(address);
        var reply = await client.EraseAsync(request, cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        Screen.Line(Screen.Printable(reply.Says));
        foreach (var line in reply.Pending)
        {
            Screen.Line(
                $"{line.Id}  {Screen.Printable(line.What)}  by {Screen.Printable(line.By)}: {Screen.Printable(line.Why)} (until {line.Until.ToString("u", CultureInfo.InvariantCulture)})"
            );
        }

        foreach (var erased in reply.Sessions)
        {
            Screen.Line(erased);
        }

        return ExitCode.Done;
    }
}
