using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Approvals;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan approvals</c>: the inbox of asks, for the owner of an instance and for the people whom its rules name.</summary>
internal static class ApprovalsCommand
{
    private const int ShortDigest = 16;

    private static readonly Option<string?> s_socket = new("--socket")
    {
        Description =
            $"The people's socket of an instance that belongs to another user; `{ControlAddress.PeopleVariable}` when left out.",
        Recursive = true,
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON.", Recursive = true };

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var command = new Command(
            "approvals",
            "Lists the actions that wait for a person: what, for whom, whose yes is needed. Example: bartizan approvals"
        )
        {
            s_socket,
            s_json,
            MakeShow(),
            MakeAnswer(true),
            MakeAnswer(false),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = ClientOf(parsed);
                var reply = await client.AsksAsync(cancellationToken);
                if (parsed.GetValue(s_json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                Screen.Table(
                    ["ID", "AGENT", "ACTION", "NEEDS", "UNTIL", "DIGEST"],
                    [
                        .. reply.Asks.Select(ask =>
                            (string[])
                                [
                                    ask.Id,
                                    ask.Agent,
                                    ask.Action,
                                    ask.Needs,
                                    TimeOf(ask.Until),
                                    ask.Digest[..Math.Min(ShortDigest, ask.Digest.Length)],
                                ]
                        ),
                    ]
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static Command MakeShow()
    {
        var id = new Argument<string>("id") { Description = "The ask's id, as `bartizan approvals` lists it." };
        var command = new Command(
            "show",
            "Shows one ask whole, with the digest that an answer must carry. Example: bartizan approvals show a-0123456789ab"
        )
        {
            id,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = ClientOf(parsed);
                if (await FindAsync(client, parsed.GetValue(id)!, cancellationToken) is not { } ask)
                {
                    return Missing(parsed.GetValue(id)!);
                }

                if (parsed.GetValue(s_json))
                {
                    Screen.Json(ask);
                }
                else
                {
                    Show(ask);
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    private static Command MakeAnswer(bool granted)
    {
        var id = new Argument<string>("id") { Description = "The ask's id, as `bartizan approvals` lists it." };
        var digest = new Option<string?>("--digest")
        {
            Description = "The whole digest of what was shown; at a terminal it is shown and asked for when left out.",
        };
        var reason = new Option<string?>("--reason")
        {
            Description = "Why, for the record; the agent reads a refusal's.",
        };
        var command = new Command(
            granted ? "approve" : "deny",
            granted
                ? "Says yes to one action, exactly as it was shown. Example: bartizan approvals approve a-0123456789ab"
                : "Refuses one action. Example: bartizan approvals deny a-0123456789ab --reason \"not on a Friday\""
        )
        {
            id,
            digest,
            reason,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = ClientOf(parsed);
                var shown = parsed.GetValue(digest);
                if (shown is null)
                {
                    if (await FindAsync(client, parsed.GetValue(id)!, cancellationToken) is not { } ask)
                    {
                        return Missing(parsed.GetValue(id)!);
                    }

                    if (granted && !Confirms(ask))
                    {
                        return ExitCode.Usage;
                    }

                    shown = ask.Digest;
                }

                var reply = await client.AnswerAsync(
                    new AnswerRequest
                    {
                        Id = parsed.GetValue(id)!,
                        Digest = shown,
                        Granted = granted,
                        Reason = parsed.GetValue(reason),
                    },
                    cancellationToken
                );
                if (parsed.GetValue(s_json))
                {
                    Screen.Json(reply);
                }
                else
                {
                    Screen.Line(Screen.Printable(reply.Says));
                }

                return ExitCode.Done;
            }
        );
        return command;
    }

    // INVARIANT: a yes is to what this person was shown, by this command or by the digest that they give.
    private static bool Confirms(AskLine ask)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            Screen.Error(
                ExitCode.Usage,
                "without a terminal `approve` needs `--digest`",
                $"`bartizan approvals show {ask.Id}` shows the action and its digest"
            );
            return false;
        }

        Show(ask);
        Console.Error.Write("Allow this one action? [y/N] ");
        if (Console.ReadLine()?.Trim() is "y" or "Y" or "yes")
        {
            return true;
        }

        Screen.Error(ExitCode.Usage, "nothing was answered", "`bartizan approvals deny` refuses it");
        return false;
    }

    private static void Show(AskLine ask)
    {
        Screen.Line($"{ask.Id}  {Screen.Printable(ask.Action)}", Tone.Strong);
        foreach (var detail in ask.Details)
        {
            Screen.Line($"  {Screen.Printable(detail)}");
        }

        foreach (
            var (name, text) in new (string, string)[]
            {
                ("session", $"{ask.Session} of {ask.Agent}, started by {ask.Person}"),
                ("rules", string.Join("; ", ask.Rules)),
                ("why", ask.Why),
                ("needs", ask.Needs),
                ("yes", ask.Yes.Count == 0 ? "nobody yet" : string.Join(", ", ask.Yes)),
                ("waits", $"since {TimeOf(ask.Since)}, until {TimeOf(ask.Until)}"),
                ("digest", ask.Digest),
                ("you", ask.WhyNot is null ? "may say yes" : ask.WhyNot),
            }
        )
        {
            Screen.Line($"  {name, -8} {Screen.Printable(text)}");
        }
    }

    private static async Task<AskLine?> FindAsync(
        ControlClient client,
        string id,
        CancellationToken cancellationToken
    ) => (await client.AsksAsync(cancellationToken)).Asks.FirstOrDefault(ask => ask.Id == id);

    private static int Missing(string id) =>
        Screen.Error(
            ExitCode.No,
            $"no ask `{Screen.Printable(id)}` waits",
            "it was answered, ran out of time, or ended with its session; `bartizan approvals` lists what waits"
        );

    private static ControlClient ClientOf(ParseResult parsed) => new(Address(parsed.GetValue(s_socket)));

    /// <summary>One's own instance, or the people's socket of another user's.</summary>
    public static ControlAddress Address(string? socket)
    {
        var named = socket ?? Environment.GetEnvironmentVariable(ControlAddress.PeopleVariable);
        return string.IsNullOrEmpty(named)
            ? ControlAddress.Default()
            : ControlAddress.Default() with
            {
                PeopleSocket = Path.GetFullPath(named),
            };
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
