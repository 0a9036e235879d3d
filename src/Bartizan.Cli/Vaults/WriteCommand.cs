using System.CommandLine;
using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Vaults;

namespace Bartizan.Cli.Vaults;

/// <summary><c>bartizan vault set | rotate</c>: writes a value.</summary>
internal static class WriteCommand
{
    /// <summary>Builds one of the two.</summary>
    public static Command Make(VaultVerb verb)
    {
        var rotates = verb == VaultVerb.Rotate;
        var name = rotates ? "rotate" : "set";
        var path = new Argument<string>("path") { Description = "The credential's path, anthropic/support-triage." };
        var file = new Option<string?>("--file")
        {
            Description = "Take the value from a file; else it is piped in, or asked for.",
        };
        var agents = new Option<string[]>("--agent")
        {
            Description = "An agent that may be lent it; without any, those of the version before, else all.",
        };
        var any = new Option<bool>("--any-agent")
        {
            Description = "Lend it to any agent, where the version before named some.",
        };
        var hosts = new Option<string[]>("--host")
        {
            Description =
                "A host, api.github.com or api.github.com:8443, that it may be sent to; without any, those of the version before, else all.",
        };
        var anywhere = new Option<bool>("--any-host")
        {
            Description = "Lend it for requests to any host, where the version before named some.",
        };
        var never = new Option<bool>("--no-expiry")
        {
            Description = "Lend it without end, where the version before had one.",
        };
        var expires = new Option<string?>("--expires")
        {
            Description = "The day from which on it isn't lent, 2027-03-31.",
        };
        var every = new Option<string?>("--rotate-every")
        {
            Description = "How often to rotate it, 90d; `list` reminds.",
        };
        var grace = new Option<string>("--grace")
        {
            Description = "How long leases that began with the version before still hold, 15m.",
            DefaultValueFactory = _ => "15m",
        };
        var why = new Option<string?>("--why") { Description = "Why, for the log." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            name,
            rotates
                ? "Writes the next value of a credential, under the terms of the one before; leases of the one before hold for a while. Example: pass show github | bartizan vault rotate github/triage"
                : "Writes the first value of a credential, from a pipe, a file or a prompt. Example: bartizan vault set anthropic/support-triage --agent support-triage"
        )
        {
            path,
            file,
            agents,
            any,
            hosts,
            anywhere,
            expires,
            never,
            every,
            why,
            json,
        };
        if (rotates)
        {
            command.Add(grace);
        }

        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var request = new VaultRequest
                {
                    Verb = verb,
                    Path = parsed.GetValue(path),
                    Agents = parsed.GetValue(agents) ?? [],
                    AnyAgent = parsed.GetValue(any),
                    Hosts = parsed.GetValue(hosts) ?? [],
                    AnyHost = parsed.GetValue(anywhere),
                    NoExpiry = parsed.GetValue(never),
                    Expires = DayOf(parsed.GetValue(expires)),
                    RotateEvery = SecondsOf("--rotate-every", parsed.GetValue(every)),
                    Grace = rotates ? SecondsOf("--grace", parsed.GetValue(grace)) : null,
                    Why = parsed.GetValue(why),
                };
                return VaultText.SendAsync(
                    request with
                    {
                        Value = parsed.GetValue(file) is { } place
                            ? SecretInput.OfFile(place)
                            : SecretInput.Ask($"value of {request.Path}", twice: false),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static DateTimeOffset? DayOf(string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
        : throw Wrong($"`{text}` is no day", "for example 2027-03-31");

    private static long? SecondsOf(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var factor =
            text.Length < 2
                ? 0
                : text[^1] switch
                {
                    's' => 1,
                    'm' => 60,
                    'h' => 3600,
                    'd' => 86_400,
                    _ => 0,
                };
        return
            factor > 0
            && int.TryParse(
                text.AsSpan(0, text.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number
            )
            ? (long)number * factor
            : throw Wrong($"`{option} {text}` is no time", "a whole number and s, m, h or d: 15m");
    }

    private static ControlException Wrong(string what, string hint) =>
        new(new ControlProblem(ExitCode.Usage, what, hint));
}
