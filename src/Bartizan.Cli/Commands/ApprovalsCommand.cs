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

    private static readonly Option<bool> s_whole = new("--whole")
    {
        Description = "Show each ask whole, and the digest of the list, for one answer to all of it.",
    };

    private static readonly Option<string?> s_like = new("--like")
    {
        Description = "Of the list only the asks for an action equal to that of this one, by its id.",
    };

    private static readonly Option<bool> s_stats = new("--stats")
    {
        Description = "How people answer: how many, how many with yes, how soon.",
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
            s_whole,
            s_like,
            s_stats,
            MakeShow(),
            MakeAnswer(true),
            MakeAnswer(false),
            ApprovalsEditCommand.Make(ClientOf, s_json),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = ClientOf(parsed);
                if (parsed.GetValue(s_stats))
                {
                    return await ShowStatisticsAsync(client, parsed.GetValue(s_json), cancellationToken);
                }

                var reply = await client.AsksAsync(cancellationToken);
                if (parsed.GetValue(s_json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                if (parsed.GetValue(s_whole))
                {
                    AskGroups.Show(AskGroups.Like(reply, parsed.GetValue(s_like)), Show);
                    return ExitCode.Done;
                }

                Screen.Table(
                    ["ID", "AGENT", "ACTION", "NEEDS", "UNTIL", "DIGEST"],
                    AskGroups.Rows(reply.Asks, ShortDigest)
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
        var id = new Argument<string?>("id")
        {
            Description = "The ask's id, as `bartizan approvals` lists it; left out with `--list`.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var list = new Option<string?>("--list")
        {
            Description = "Answers all that `bartizan approvals --whole` showed, by the digest of that list.",
        };
        var scope = new Option<string>("--scope")
        {
            Description =
                "How often the yes counts, for equal actions of this session: `once`, `session` or a number; as far as the rule lets it.",
            DefaultValueFactory = _ => "once",
        };
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
            list,
            s_like,
            reason,
        };
        if (granted)
        {
            command.Add(scope);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = ClientOf(parsed);
                var name = parsed.GetValue(id);
                if (name is null == parsed.GetValue(list) is null)
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{(granted ? "approve" : "deny")}` takes an ask's id, or `--list DIGEST`",
                        "`bartizan approvals` lists what waits"
                    );
                }

                if (parsed.GetValue(list) is { } whole)
                {
                    return Say(
                        await AnswerListAsync(
                            client,
                            new BatchRequest
                            {
                                Items = [],
                                List = whole,
                                Granted = granted,
                                Reason = parsed.GetValue(reason),
                            },
                            parsed.GetValue(s_like),
                            cancellationToken
                        ),
                        parsed.GetValue(s_json)
                    );
                }

                var shown = parsed.GetValue(digest);
                if (shown is null)
                {
                    if (await FindAsync(client, name!, cancellationToken) is not { } ask)
                    {
                        return Missing(name!);
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
                        Id = name!,
                        Scope = (granted ? parsed.GetValue(scope) : null) ?? "once",
                        Digest = shown,
                        Granted = granted,
                        Reason = parsed.GetValue(reason),
                    },
                    cancellationToken
                );
                return Say(reply, parsed.GetValue(s_json));
            }
        );
        return command;
    }

    internal static int Say(AnswerReply reply, bool json)
    {
        if (json)
        {
            Screen.Json(reply);
        }
        else
        {
            Screen.Line(Screen.Printable(reply.Says));
        }

        return ExitCode.Done;
    }

    private static async Task<AnswerReply> AnswerListAsync(
        ControlClient client,
        BatchRequest answer,
        string? like,
        CancellationToken cancellationToken
    )
    {
        var shown = AskGroups.Like(await client.AsksAsync(cancellationToken), like);
        return await client.AnswerAllAsync(
            answer with
            {
                Items = [.. shown.Asks.Select(ask => new AskReference(ask.Id, ask.Digest))],
            },
            cancellationToken
        );
    }

    private static async Task<int> ShowStatisticsAsync(
        ControlClient client,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var reply = await client.AnswerStatisticsAsync(cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        Screen.Table(
            ["PERSON", "ANSWERS", "YES", "LAST HOUR", "MEDIAN", "FASTEST"],
            [
                .. reply.People.Select(one =>
                    (string[])
                        [
                            one.Person,
                            one.Answers.ToString(CultureInfo.InvariantCulture),
                            one.Granted.ToString(CultureInfo.InvariantCulture),
                            one.LastHour.ToString(CultureInfo.InvariantCulture),
                            string.Create(CultureInfo.InvariantCulture, $"{one.MedianSeconds:F1} s"),
                            string.Create(CultureInfo.InvariantCulture, $"{one.FastestSeconds:F1} s"),
                        ]
                ),
            ]
        );
        return ExitCode.Done;
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

    internal static void Show(AskLine ask)
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
                ("scope", ask.Scope == "once" ? "a yes counts once" : $"a yes may count for {ask.Scope}"),
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

    internal static Task<AskLine?> FindAsync(ControlClient client, string id, CancellationToken cancellationToken) =>
        client.AskAsync(id, cancellationToken);

    internal static int Missing(string id) =>
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
