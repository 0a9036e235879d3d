using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Vault.Providers.Clouds;

namespace Bartizan.Vault.Providers.Aws;

/// <summary>
/// AWS. A role is assumed for each thing that is issued, by a key of the vault's or by the agent's identity, and never for more than the
/// manifest's session policy says; a value of Secrets Manager is read under a policy that allows that value alone. What it makes can't be
/// revoked: it ends by time.
/// </summary>
internal sealed class AwsSts(AwsTerms terms, AwsWire sts, AwsWire secrets, TimeProvider clock) : ICredentialProvider
{
    /// <summary>The shortest time that AWS makes a key for.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(15);

    /// <summary>How far apart the clocks may be; AWS takes no more in a signature.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_usual = TimeSpan.FromHours(1);

    private const string KeyId = "AccessKeyId";
    private const string KeySecret = "SecretAccessKey";
    private const string KeyToken = "SessionToken";

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken) =>
        ShownLogin.OfAsync(own, sts.Authority);

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        if (ask.Path != "sts")
        {
            return await ReadAsync(login, ask, cancellationToken).ConfigureAwait(false);
        }

        if (ask.Fields.FirstOrDefault(name => name is not (KeyId or KeySecret or KeyToken)) is { } unknown)
        {
            throw No(sts, $"makes no `{unknown}`: it makes `{KeyId}`, `{KeySecret}` and `{KeyToken}`");
        }

        var asked =
            ask.Ttl is { } ttl && ttl > Shortest ? ttl
            : ask.Ttl is null ? s_usual
            : Shortest;
        var (policy, arns) = (
            ask.Parameters.GetValueOrDefault("policy"),
            ask.Parameters.GetValueOrDefault("policy_arns")
        );
        var made = await AssumeAsync(login, asked, policy, arns, cancellationToken).ConfigureAwait(false);

        // One key is three things; a signature needs them all.
        return new IssuedSecret(
            ImmutableDictionary<string, Secret>
                .Empty.Add(KeyId, new Secret(made.Key.Id))
                .Add(KeySecret, made.Key.Value)
                .Add(KeyToken, made.Key.Token!),
            null,
            made.Ends - clock.GetUtcNow(),
            false,
            null
        )
        {
            Says = $"key {made.Key.Id} of {made.Session}, until {made.Ends.UtcDateTime:u}; nobody can revoke it",
        };
    }

    // INVARIANT: nothing here is renewed or revoked; a key is made anew, and ends by time.
    public Task<TimeSpan> RenewAsync(
        ProviderLogin login,
        string? lease,
        TimeSpan by,
        CancellationToken cancellationToken
    ) => Task.FromResult(TimeSpan.Zero);

    public Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public void Dispose()
    {
        sts.Dispose();
        secrets.Dispose();
    }

    private async Task<StsAnswer> AssumeAsync(
        ProviderLogin login,
        TimeSpan asked,
        string? policy,
        string? policyArns,
        CancellationToken cancellationToken
    )
    {
        using var key = terms.IsFederated ? null : AwsKey.Read(login.Token);
        if (key is null && !terms.IsFederated)
        {
            throw No(sts, "isn't asked: the key in the vault isn't `ID:SECRET`");
        }

        var action = key is null ? "AssumeRoleWithWebIdentity" : "AssumeRole";
        using var reply = await sts.AskAsync(
                key,
                () => Query(action, login, asked, policy, policyArns),
                FormText.MediaType,
                null,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (StsAnswer.Read(reply.Body, action) is not { } made)
        {
            throw No(sts, "gave no key that can be read");
        }

        if (Unfit(made, asked) is not { } unfit)
        {
            return made;
        }

        made.Key.Dispose();
        throw unfit;
    }

    private ProviderException? Unfit(StsAnswer made, TimeSpan asked) =>
        made.Session != terms.Role.SessionArn(terms.SessionName)
            ? new(
                ProviderFault.Wider,
                $"`{sts.Authority}` made a key of another role's session than `{terms.Role.Arn}`'s"
            )
        : made.Ends - clock.GetUtcNow() > asked + s_skew
            ? new(
                ProviderFault.Wider,
                $"`{sts.Authority}` made a key until {made.Ends.UtcDateTime:u}, which is longer than the {asked.TotalMinutes:0} minutes asked for"
            )
        : made.Ends <= clock.GetUtcNow() ? No(sts, "made a key whose time is over by this machine's clock: set it")
        : null;

    private byte[] Query(string action, ProviderLogin login, TimeSpan asked, string? policy, string? policyArns)
    {
        var form = new FormText()
            .Say("Action", action)
            .Say("Version", "2011-06-15")
            .Say("RoleArn", terms.Role.Arn)
            .Say("RoleSessionName", terms.SessionName)
            .Say("DurationSeconds", ((long)asked.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (policy is not null)
        {
            form.Say("Policy", policy);
        }

        var number = 0;
        foreach (var arn in (policyArns ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            form.Say($"PolicyArns.member.{++number}.arn", arn);
        }

        return (terms.IsFederated ? form.Say("WebIdentityToken", login.Token) : form).ToBytes();
    }

    private async Task<IssuedSecret> ReadAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        var name = ask.Path["secretsmanager/".Length..];
        var made = await AssumeAsync(login, Shortest, terms.PolicyToRead(name), null, cancellationToken)
            .ConfigureAwait(false);
        using var key = made.Key;
        using var reply = await secrets
            .AskAsync(
                key,
                () => Request(name, ask.Parameters.GetValueOrDefault("stage")),
                AwsWire.JsonType,
                "secretsmanager.GetSecretValue",
                cancellationToken
            )
            .ConfigureAwait(false);
        if (ProviderReply.TextOf(reply.Json, "Name") != name)
        {
            throw No(secrets, $"gave another secret than `{name}`");
        }

        if (ProviderReply.TextOf(reply.Json, "SecretString") is not { Length: > 0 } value)
        {
            throw No(secrets, $"keeps no text in `{name}`");
        }

        return new IssuedSecret(
            KeptFields.Of(value, "SecretString", ask.Fields)
                ?? throw No(secrets, $"has no field {KeptFields.Named(ask.Fields)} in `{name}`"),
            null,
            TimeSpan.Zero,
            false,
            ProviderReply.TextOf(reply.Json, "VersionId")
        );
    }

    private static byte[] Request(string name, string? stage)
    {
        var said = new JsonObject { ["SecretId"] = name };
        if (stage is not null)
        {
            said["VersionStage"] = stage;
        }

        return JsonSerializer.SerializeToUtf8Bytes(said);
    }

    private static ProviderException No(AwsWire wire, string what) =>
        new(ProviderFault.Refused, $"`{wire.Authority}` {what}");
}
