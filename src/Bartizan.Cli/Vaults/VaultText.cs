using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Vaults;

namespace Bartizan.Cli.Vaults;

/// <summary>Sends something to the vault, and prints what comes back.</summary>
internal static class VaultText
{
    /// <summary>Sends and prints.</summary>
    public static async Task<int> SendAsync(VaultRequest request, bool json, CancellationToken cancellationToken)
    {
        using var client = await Commands.Instance.StartedAsync(cancellationToken);
        var reply = await client.VaultAsync(request, cancellationToken);
        if (json)
        {
            Screen.Json(reply);
            return ExitCode.Done;
        }

        if (request.Verb == VaultVerb.List)
        {
            Print(reply);
            return ExitCode.Done;
        }

        Screen.Line(reply.Says.Length > 0 ? Screen.Printable(reply.Says) : Standing(reply));
        foreach (var share in reply.NewShares)
        {
            Screen.Line(share);
        }

        return ExitCode.Done;
    }

    private static string Standing(VaultReply reply)
    {
        var front = reply.Source switch
        {
            VaultKeySource.KeyFile => $"by the key file `{Screen.Printable(reply.Place ?? "")}`",
            VaultKeySource.ServiceCredential => $"by the service's credential `{Screen.Printable(reply.Place ?? "")}`",
            VaultKeySource.Passphrase => "by a passphrase",
            VaultKeySource.Shares => $"by {reply.Shares[1]} of {reply.Shares[0]} shares",
            _ => "",
        };
        var problem = reply.Problem is { } says ? $"; {Screen.Printable(says)}" : "";
        return reply.Standing switch
        {
            "none" => "there is no vault; `bartizan vault init` makes one",
            "open" => string.Create(
                CultureInfo.InvariantCulture,
                $"open; locked {front}; generation {reply.Generation}; {Memory(reply.MemoryLocked)}{problem}"
            ),
            _ => $"sealed{(front.Length > 0 ? $"; opened {front}" : "")}{problem}",
        };
    }

    private static string Memory(bool isLocked) =>
        isLocked
            ? "its memory isn't swapped out"
            : "its memory can be swapped out: start the daemon as root, with CAP_IPC_LOCK or with LimitMEMLOCK=infinity, or encrypt the swap";

    private static void Print(VaultReply reply)
    {
        if (reply.Standing != "open")
        {
            Screen.Line(Standing(reply));
            return;
        }

        Screen.Table(
            ["CREDENTIAL", "VERSION", "STATE", "WRITTEN", "LAST USE", "AGENTS", "HOSTS", "REMINDER"],
            [
                .. reply.Credentials.Select(one =>
                    (string[])
                        [
                            one.Path,
                            one.Version.ToString(CultureInfo.InvariantCulture),
                            one.InGrace.Count == 0
                                ? one.State
                                : $"{one.State}, {string.Join(", ", one.InGrace.Keys.Select(n => $"@{n}"))} in grace",
                            Day(one.Created),
                            one.LastUse is { } used ? $"{used.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "-",
                            one.Agents.Count == 0 ? "any" : Screen.Printable(string.Join(", ", one.Agents)),
                            one.Hosts.Count == 0 ? "any" : Screen.Printable(string.Join(", ", one.Hosts)),
                            one.Reminder ?? "",
                        ]
                ),
            ]
        );
    }

    private static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
