using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.People;

namespace Bartizan.Cli.People;

/// <summary><c>bartizan token</c>: what programs show in a person's place.</summary>
internal static class TokenCommand
{
    /// <summary>Builds the commands.</summary>
    public static Command Make() =>
        new(
            "token",
            "Makes, lists and revokes tokens that programs show in a person's place. Example: bartizan token list"
        )
        {
            MakeCreate(),
            MakeList(),
            MakeRevoke(),
        };

    private static Command MakeCreate()
    {
        var person = new Argument<string>("person") { Description = "Whose, by the account's name." };
        var label = new Option<string>("--label") { Description = "What it is called.", Required = true };
        var days = new Option<int>("--days")
        {
            Description = "How long it holds, at most 90.",
            DefaultValueFactory = _ => 30,
        };
        var front = new GrantOptions();
        var json = MakeJson();
        var command = new Command(
            "create",
            "Makes a token that gives no more than its person has; its text is shown once. Example: bartizan token create alice@example.com --label dashboard --role viewer"
        )
        {
            person,
            label,
            days,
            json,
        };
        front.On(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(
                    new TokensRequest
                    {
                        Person = parsed.GetValue(person),
                        Label = parsed.GetValue(label),
                        Days = parsed.GetValue(days),
                        Grants = front.Of(parsed),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command MakeList()
    {
        var json = MakeJson();
        var command = new Command("list", "Lists the tokens that hold; no texts. Example: bartizan token list")
        {
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) => SendAsync(new TokensRequest(), parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Command MakeRevoke()
    {
        var id = new Argument<string>("id") { Description = "The token's id, as `bartizan token list` shows it." };
        var json = MakeJson();
        var command = new Command("revoke", "Ends a token at once. Example: bartizan token revoke 4pq2ab3c")
        {
            id,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(new TokensRequest { Revoke = parsed.GetValue(id) }, parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Option<bool> MakeJson() => new("--json") { Description = "Print JSON." };

    private static async Task<int> SendAsync(TokensRequest request, bool json, CancellationToken cancellationToken)
    {
        using var client = await Commands.Instance.StartedAsync(cancellationToken);
        var reply = await client.TokensAsync(request, cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        foreach (var one in reply.Tokens)
        {
            var grants = string.Join("; ", one.Grants.Select(GrantOptions.Write));
            Screen.Line($"{one.Id}  {one.Person}  {one.Label}  {grants}  until {one.Until.UtcDateTime:u}");
        }

        if (reply.Text is { } text)
        {
            Screen.Line($"token    {text}");
            Screen.Line("         shown this once", Tone.Quiet);
        }

        return ExitCode.Done;
    }
}
