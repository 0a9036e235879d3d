using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.People;

namespace Bartizan.Cli.People;

/// <summary><c>bartizan people</c>: who runs the instance, from a browser or a program elsewhere.</summary>
internal static class PeopleCommand
{
    /// <summary>Builds the commands.</summary>
    public static Command Make() =>
        new("people", "Says who runs this instance from a browser, and what each may do. Example: bartizan people list")
        {
            MakeList(),
            MakeGiven(
                "add",
                PeopleVerb.Add,
                "Makes an account, and a token that its person sets it up with. Example: bartizan people add alice@example.com --role viewer --agents 'support-*'"
            ),
            MakeGiven(
                "role",
                PeopleVerb.Role,
                "Says what a person may do from now on, in place of what they could. Example: bartizan people role alice@example.com --role operator"
            ),
            MakeNamed(
                "setup",
                PeopleVerb.Setup,
                "Makes another token to set an account up; what its person signs in with now is over. Example: bartizan people setup alice@example.com"
            ),
            MakeNamed(
                "remove",
                PeopleVerb.Remove,
                "Takes an account away; its sign-ins and tokens end at once. Example: bartizan people remove alice@example.com --why \"left\""
            ),
            MakeNamed(
                "unlock",
                PeopleVerb.Unlock,
                "Forgets the failed sign-ins of an account. Example: bartizan people unlock alice@example.com"
            ),
            MakeNamed(
                "sign-out",
                PeopleVerb.SignOut,
                "Ends all sign-ins of a person. Example: bartizan people sign-out alice@example.com"
            ),
            MakeNamed(
                "break-glass",
                PeopleVerb.BreakGlass,
                "Lets somebody administer for an hour, without an account; everybody is told. Example: bartizan people break-glass alice@example.com --why \"nobody else is there\""
            ),
        };

    private static Command MakeList()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "list",
            "Lists the accounts with what each may do. Example: bartizan people list --json"
        )
        {
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(new PeopleRequest { Verb = PeopleVerb.List }, parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Command MakeGiven(string name, PeopleVerb verb, string description)
    {
        var front = new GrantOptions();
        var (command, request, json) = Named(name, verb, description);
        front.On(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(request(parsed) with { Grants = front.Of(parsed) }, parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Command MakeNamed(string name, PeopleVerb verb, string description)
    {
        var (command, request, json) = Named(name, verb, description);
        command.SetAction(
            (parsed, cancellationToken) => SendAsync(request(parsed), parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static (Command Command, Func<ParseResult, PeopleRequest> Request, Option<bool> Json) Named(
        string name,
        PeopleVerb verb,
        string description
    )
    {
        var person = new Argument<string>("person") { Description = "Who, by an address: alice@example.com." };
        var why = new Option<string?>("--why") { Description = "Why, for the log." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(name, description) { person, why, json };
        return (
            command,
            parsed => new PeopleRequest
            {
                Verb = verb,
                Person = parsed.GetValue(person),
                Why = parsed.GetValue(why),
            },
            json
        );
    }

    private static async Task<int> SendAsync(PeopleRequest request, bool json, CancellationToken cancellationToken)
    {
        using var client = await Commands.Instance.StartedAsync(cancellationToken);
        var reply = await client.PeopleAsync(request, cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        foreach (var one in reply.People)
        {
            var grants = one.Grants.Count == 0 ? "no role" : string.Join("; ", one.Grants.Select(GrantOptions.Write));
            var standing = one.IsSetUp ? $"signed in {one.Sessions} times" : "not set up yet";
            var whose = one.ApprovesNothing ? "  approves nothing: an administrator's token" : "";
            Screen.Line($"{one.Person}  {grants}  {standing}{whose}");
        }

        if (reply.Says.Length > 0)
        {
            Screen.Line(Screen.Printable(reply.Says));
        }

        if (reply.Token is { } token)
        {
            Screen.Line($"token    {token}");
            Screen.Line($"         shown this once; it counts once, until {reply.Until?.UtcDateTime:u}", Tone.Quiet);
            Screen.Line(
                reply.Web is { } web ? $"console  {web.Origin}" : "console  nothing listens: `console.yaml` says where",
                Tone.Quiet
            );
        }

        return ExitCode.Done;
    }
}
