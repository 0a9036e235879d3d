using System.CommandLine;
using Bartizan.Client.Vaults;

namespace Bartizan.Cli.Vaults;

/// <summary><c>bartizan vault</c>: credentials that can be written and used, and never read back.</summary>
internal static class VaultCommand
{
    /// <summary>Builds the commands.</summary>
    public static Command Make() =>
        new(
            "vault",
            "Keeps credentials sealed on this machine; a value can be written and used, never read back. Example: bartizan vault list"
        )
        {
            MakeInit(),
            WriteCommand.Make(VaultVerb.Set),
            WriteCommand.Make(VaultVerb.Rotate),
            VaultImportCommand.Make(),
            MakeRevoke(),
            MakeRemove(),
            MakeShown(
                "list",
                VaultVerb.List,
                "Lists the credentials with their versions, last use and reminders; no values. Example: bartizan vault list"
            ),
            MakeShown(
                "status",
                VaultVerb.Status,
                "Says whether the vault is open, and what opens it. Example: bartizan vault status"
            ),
            MakeUnseal(),
            MakeRekey(),
            MakeShown(
                "seal",
                VaultVerb.Seal,
                "Forgets the vault's key: nothing is lent until somebody opens it. Example: bartizan vault seal"
            ),
        };

    private static Command MakeInit()
    {
        var front = new LockOptions();
        var older = MakeOlder();
        var json = MakeJson();
        var command = front.On(
            new Command(
                "init",
                "Makes the vault of this instance. Example: bartizan vault init --key-file ~/.config/bartizan-vault.key"
            )
        );
        command.Add(older);
        command.Add(json);
        command.SetAction(
            (parsed, cancellationToken) =>
                VaultText.SendAsync(
                    front.Ask(parsed, VaultVerb.Init) with
                    {
                        AcceptOlder = parsed.GetValue(older),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command MakeUnseal()
    {
        var older = MakeOlder();
        var descriptor = new Option<int?>("--passphrase-fd")
        {
            Description = "The passphrase or share, from an open descriptor by its number.",
        };
        var json = MakeJson();
        var command = new Command(
            "unseal",
            "Opens the vault; what its lock needs is asked for. Example: bartizan vault unseal"
        )
        {
            descriptor,
            older,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var client = await Commands.Instance.StartedAsync(cancellationToken);
                var standing = await client.VaultAsync(new VaultRequest { Verb = VaultVerb.Status }, cancellationToken);
                var request = new VaultRequest { Verb = VaultVerb.Unseal, AcceptOlder = parsed.GetValue(older) };
                var asks =
                    standing is { Standing: "sealed", Source: VaultKeySource.Passphrase or VaultKeySource.Shares };
                var what =
                    standing.Source == VaultKeySource.Shares ? "a share of the vault's key" : "passphrase of the vault";
                var given =
                    !asks ? null
                    : parsed.GetValue(descriptor) is { } number ? SecretInput.OfDescriptor(number)
                    : SecretInput.Ask(what, twice: false);
                request =
                    standing.Source == VaultKeySource.Shares
                        ? request with
                        {
                            Share = given,
                        }
                        : request with
                        {
                            Passphrase = given,
                        };

                return await VaultText.SendAsync(request, parsed.GetValue(json), cancellationToken);
            }
        );
        return command;
    }

    private static Command MakeRekey()
    {
        var front = new LockOptions();
        var why = new Option<string?>("--why") { Description = "Why, for the log." };
        var json = MakeJson();
        var command = front.On(
            new Command(
                "rekey",
                "Puts another key in front of the vault, and seals every value anew. Example: bartizan vault rekey --shares 5 --threshold 3"
            )
        );
        command.Add(why);
        command.Add(json);
        command.SetAction(
            (parsed, cancellationToken) =>
                VaultText.SendAsync(
                    front.Ask(parsed, VaultVerb.Rekey) with
                    {
                        Why = parsed.GetValue(why),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command MakeRevoke()
    {
        var version = new Option<int?>("--version-number") { Description = "One version; all, when left out." };
        var command = MakeNamed(
            "revoke",
            VaultVerb.Revoke,
            "Destroys a credential's values at once; leases of it end. Example: bartizan vault revoke github/triage --why \"leaked\"",
            version
        );
        return command;
    }

    private static Command MakeRemove() =>
        MakeNamed(
            "remove",
            VaultVerb.Remove,
            "Takes a credential away, with all of its versions. Example: bartizan vault remove github/triage",
            null
        );

    private static Command MakeNamed(string name, VaultVerb verb, string description, Option<int?>? version)
    {
        var path = new Argument<string>("path")
        {
            Description = "The credential's path, as `bartizan vault list` shows it.",
        };
        var why = new Option<string?>("--why") { Description = "Why, for the log." };
        var json = MakeJson();
        var command = new Command(name, description) { path, why, json };
        if (version is not null)
        {
            command.Add(version);
        }

        command.SetAction(
            (parsed, cancellationToken) =>
                VaultText.SendAsync(
                    new VaultRequest
                    {
                        Verb = verb,
                        Path = parsed.GetValue(path),
                        Version = version is null ? null : parsed.GetValue(version),
                        Why = parsed.GetValue(why),
                    },
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command MakeShown(string name, VaultVerb verb, string description)
    {
        var json = MakeJson();
        var command = new Command(name, description) { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                VaultText.SendAsync(new VaultRequest { Verb = verb }, parsed.GetValue(json), cancellationToken)
        );
        return command;
    }

    private static Option<bool> MakeOlder() =>
        new("--accept-older") { Description = "Take a file that the log doesn't know, or begin anew; recorded." };

    private static Option<bool> MakeJson() => new("--json") { Description = "Print JSON." };
}
