using System.CommandLine;
using Bartizan.Client;
using Bartizan.Client.Vaults;

namespace Bartizan.Cli.Vaults;

/// <summary>The options that say where a vault's key comes from: exactly one of them.</summary>
internal sealed class LockOptions
{
    public Option<string?> File { get; } =
        new("--key-file") { Description = "A file of 32 random bytes, which is made." };

    public Option<bool> Existing { get; } =
        new("--existing-key") { Description = "The key file is one that lies there already." };

    public Option<string?> Service { get; } =
        new("--service-credential")
        {
            Description =
                "A credential of 32 bytes that the service manager hands over, by its name (LoadCredentialEncrypted=).",
        };

    public Option<bool> Passphrase { get; } =
        new("--passphrase") { Description = "A passphrase; it is asked for, or piped in." };

    public Option<int?> Descriptor { get; } =
        new("--passphrase-fd") { Description = "A passphrase, from an open descriptor by its number." };

    public Option<int?> Shares { get; } =
        new("--shares") { Description = "A key in so many shares, for as many people; they are shown once." };

    public Option<int?> Threshold { get; } = new("--threshold") { Description = "How many of the shares are the key." };

    /// <summary>Puts them on a command.</summary>
    public Command On(Command command)
    {
        command.Add(File);
        command.Add(Existing);
        command.Add(Service);
        command.Add(Passphrase);
        command.Add(Descriptor);
        command.Add(Shares);
        command.Add(Threshold);
        return command;
    }

    /// <summary>The request that they make.</summary>
    /// <exception cref="ControlException">When it isn't exactly one.</exception>
    public VaultRequest Ask(ParseResult parsed, VaultVerb verb)
    {
        var file = parsed.GetValue(File);
        var service = parsed.GetValue(Service);
        var descriptor = parsed.GetValue(Descriptor);
        var passphrase = parsed.GetValue(Passphrase) || descriptor is not null;
        var shares = parsed.GetValue(Shares);
        var said = new[] { file is not null, service is not null, passphrase, shares is not null };
        if (said.Count(s => s) != 1)
        {
            throw new ControlException(
                new ControlProblem(
                    ExitCode.Usage,
                    "say where the vault's key comes from, once",
                    "`--key-file PATH`, `--service-credential NAME`, `--passphrase`, or `--shares N --threshold K`"
                )
            );
        }

        var request = new VaultRequest { Verb = verb };
        return file is not null
                ? request with
                {
                    Source = VaultKeySource.KeyFile,
                    Place = System.IO.Path.GetFullPath(file),
                    ExistingKey = parsed.GetValue(Existing),
                }
            : service is not null ? request with { Source = VaultKeySource.ServiceCredential, Place = service }
            : shares is { } many
                ? request with
                {
                    Source = VaultKeySource.Shares,
                    Shares = many,
                    Threshold = parsed.GetValue(Threshold) ?? 0,
                }
            : request with
            {
                Source = VaultKeySource.Passphrase,
                Passphrase = descriptor is { } number
                    ? SecretInput.OfDescriptor(number)
                    : SecretInput.Ask("passphrase of the vault", twice: true),
            };
    }
}
