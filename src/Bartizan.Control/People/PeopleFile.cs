using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Control.People;

/// <summary>Accounts and tokens, as they are kept: JSON, of which nothing unknown and nothing twice is taken.</summary>
public sealed record PeopleFile
{
    /// <summary>Accounts of one instance.</summary>
    public const int MaxAccounts = 1000;

    /// <summary>Characters of the file.</summary>
    public const int MaxLength = 16 << 20;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerOptions.Strict)
    {
        RespectRequiredConstructorParameters = false,
    };

    /// <summary>The layout's version.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The accounts.</summary>
    public ImmutableArray<Account> Accounts { get; init; } = [];

    /// <summary>The tokens.</summary>
    public ImmutableArray<ApiToken> Tokens { get; init; } = [];

    /// <summary>Reads what was kept; empty when nothing was.</summary>
    /// <exception cref="IOException">It isn't what was written; nobody signs in by it.</exception>
    public static PeopleFile Read(string? text)
    {
        if (text is null)
        {
            return new PeopleFile();
        }

        try
        {
            var read = text.Length <= MaxLength ? JsonSerializer.Deserialize<PeopleFile>(text, s_options) : null;
            return
                read is { Version: 1 }
                && read.Accounts.All(IsSound)
                && read.Accounts.DistinctBy(one => one.Name).Count() == read.Accounts.Length
                && read.Tokens.All(token => token is { Hash.Length: 32, Person: not null, Grants.IsDefault: false })
                ? read
                : throw new IOException("the file of accounts isn't one of this version");
        }
        catch (JsonException e)
        {
            throw new IOException("the file of accounts can't be read", e);
        }
    }

    /// <summary>As text.</summary>
    public string Write() => JsonSerializer.Serialize(this, s_options);

    private static bool IsSound(Account one) =>
        Account.IsName(one.Name)
        && one is { Grants.IsDefault: false, Recovery.IsDefault: false, Secret: not null }
        && one.Passphrase
            is null
                or { Iterations: > 0 and <= PassphraseHash.MaxIterations, Salt.Length: 16, Hash.Length: 32 };
}
