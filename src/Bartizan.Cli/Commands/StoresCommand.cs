using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Stores;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan stores</c> and <c>stores clear</c>: which stores carry labels, and that somebody has looked at one.</summary>
internal static class StoresCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "stores",
            "Lists the stores behind tools that carry labels of the sessions that wrote into them. Example: bartizan stores"
        )
        {
            json,
            MakeClear(),
        };
        command.SetAction(
            (parsed, cancellationToken) => SendAsync(new StoresRequest(), parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Command MakeClear()
    {
        var store = new Argument<string>("store") { Description = "The store, as `bartizan stores` names it." };
        var key = new Option<string?>("--key") { Description = "One of its keys; all of it, when left out." };
        var why = new Option<string>("--why") { Description = "Why, for the log.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "clear",
            "Takes the labels off a store or one of its keys: you have looked at it. Recorded. Example: bartizan stores clear https://notes.example/mcp --key n1 --why \"read it\""
        )
        {
            store,
            key,
            why,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                SendAsync(
                    new StoresRequest
                    {
                        Store = parsed.GetValue(store),
                        Key = parsed.GetValue(key),
                        Why = parsed.GetValue(why),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> SendAsync(StoresRequest request, bool json, CancellationToken cancellationToken)
    {
        using var client = await Instance.StartedAsync(cancellationToken);
        var reply = await client.StoresAsync(request, cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        if (reply.Says.Length > 0)
        {
            Screen.Line(Screen.Printable(reply.Says));
        }

        Screen.Table(
            ["STORE", "LABELS", "KEYS"],
            [
                .. reply.Stores.Select(one =>
                    (string[])[one.Store, one.Labels, one.Keys.ToString(CultureInfo.InvariantCulture)]
                ),
            ]
        );
        return ExitCode.Done;
    }
}
