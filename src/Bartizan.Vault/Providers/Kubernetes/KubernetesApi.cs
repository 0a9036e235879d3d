using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Vault.Providers.Clouds;

namespace Bartizan.Vault.Providers.Kubernetes;

/// <summary>
/// A cluster's API. It makes tokens of a service account for the audiences and the time that are asked for (<c>TokenRequest</c>), and gives
/// fields of Secrets. A token can't be revoked: it ends by time, or with the object that it is bound to.
/// </summary>
internal sealed class KubernetesApi(CloudWire wire, TimeProvider clock) : ICredentialProvider
{
    /// <summary>The shortest time that a cluster makes a token for.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_usual = TimeSpan.FromHours(1);

    /// <summary>A second here or there is no more than was asked for.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    /// <summary>How far a cluster's clock may be from ours.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private static readonly UTF8Encoding s_strict = new(false, true);

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken) =>
        ShownLogin.OfAsync(own, wire.Authority);

    public Task<IssuedSecret> IssueAsync(ProviderLogin login, ProviderAsk ask, CancellationToken cancellationToken) =>
        ask.Path.Split('/') switch
        {
            [var space, "serviceaccounts", var account] => TokenAsync(login, space, account, ask, cancellationToken),
            [var space, "secrets", var name] => ReadAsync(login, space, name, ask, cancellationToken),
            _ => throw wire.No($"issues nothing at `{ask.Path}`"),
        };

    // INVARIANT: nothing here is renewed or revoked; a token is made anew, and ends by time.
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

    public void Dispose() => wire.Dispose();

    /// <summary>What a refusal says: the cluster's words name who may not do what, and hold nothing that was sent.</summary>
    public static string WordsOf(ProviderReply reply) =>
        ProviderWords.Shown(ProviderReply.TextOf(reply.Json, "message") ?? ProviderReply.TextOf(reply.Json, "reason"));

    private async Task<IssuedSecret> TokenAsync(
        ProviderLogin login,
        string space,
        string account,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        if (ask.Fields.Any(name => name != "token"))
        {
            throw wire.No($"makes a `token` of `{account}`, and nothing else");
        }

        var asked =
            ask.Ttl is not { } ttl ? s_usual
            : ttl > Shortest ? ttl
            : Shortest;
        var audiences = WordsIn(ask.Parameters.GetValueOrDefault("audiences"));
        using var reply = await wire.PostAsync(
                $"api/v1/namespaces/{space}/serviceaccounts/{account}/token",
                login.Token,
                Request(asked, audiences, ask.Parameters.GetValueOrDefault("bound")),
                cancellationToken
            )
            .ConfigureAwait(false);
        var status = ProviderReply.PartOf(reply.Json, "status");
        if (
            ProviderReply.TextOf(status, "token") is not { Length: > 0 } token
            || TokenClaims.Read(token) is not { } says
            || !DateTimeOffset.TryParse(
                ProviderReply.TextOf(status, "expirationTimestamp"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var ends
            )
        )
        {
            throw wire.No("gave no token that can be read");
        }

        ends = ends < says.Ends ? ends : says.Ends;
        var (now, whose) = (clock.GetUtcNow(), $"system:serviceaccount:{space}:{account}");
        return says.Subject != whose ? throw wire.Wider($"made a token of another than `{whose}`")
            : says.Life > asked + s_slack
                ? throw wire.Wider(
                    $"made a token for {says.Life.TotalMinutes:0} minutes, which is longer than the {asked.TotalMinutes:0} asked for"
                )
            : says.Ends - now > asked + s_skew
                ? throw wire.Wider(
                    $"made a token that counts for {(says.Ends - now).TotalMinutes:0} minutes, "
                        + $"which is longer than the {asked.TotalMinutes:0} asked for"
                )
            : audiences.Length > 0 && says.Audiences.Any(one => !audiences.Contains(one))
                ? throw wire.Wider("made a token for another audience than was asked for")
            : !IsBound(says.Cluster, space, ask.Parameters.GetValueOrDefault("bound"))
                ? throw wire.Wider("made a token that isn't bound to what was asked for")
            : ends <= now ? throw wire.No("made a token whose time is over by this machine's clock: set it")
            : new IssuedSecret(
                ImmutableDictionary<string, Secret>.Empty.Add("token", new Secret(token)),
                null,
                ends - now < says.Life ? ends - now : says.Life,
                false,
                null
            )
            {
                Says =
                    $"a token of {whose} for {string.Join(", ", says.Audiences)}, until {ends.UtcDateTime:u}; nobody can revoke it",
            };
    }

    private static JsonObject Request(TimeSpan asked, ImmutableArray<string> audiences, string? bound)
    {
        var spec = new JsonObject { ["expirationSeconds"] = (long)asked.TotalSeconds };
        if (audiences.Length > 0)
        {
            spec["audiences"] = new JsonArray([.. audiences.Select(one => (JsonNode)one)]);
        }

        if (bound?.Split('/') is [var kind, var name, .. var uid])
        {
            spec["boundObjectRef"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = kind,
                ["name"] = name,
            };
            if (uid is [var one])
            {
                spec["boundObjectRef"]!["uid"] = one;
            }
        }

        return new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = spec,
        };
    }

    // The token itself says it; an answer repeats the request, whatever was made.
    private static bool IsBound(JsonElement says, string space, string? bound)
    {
        if (bound?.Split('/') is not [var kind, var name, .. var uid])
        {
            return true;
        }

        var said = ProviderReply.PartOf(says, kind.ToLowerInvariant());
        return ProviderReply.TextOf(says, "namespace") == space
            && ProviderReply.TextOf(said, "name") == name
            && (uid is not [var one] || ProviderReply.TextOf(said, "uid") == one);
    }

    private async Task<IssuedSecret> ReadAsync(
        ProviderLogin login,
        string space,
        string name,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        using var reply = await wire.GetAsync(
                $"api/v1/namespaces/{space}/secrets/{name}",
                login.Token,
                cancellationToken
            )
            .ConfigureAwait(false);
        var metadata = ProviderReply.PartOf(reply.Json, "metadata");
        if (
            ProviderReply.TextOf(metadata, "name") != name
            || ProviderReply.TextOf(metadata, "namespace") != space
            || ProviderReply.TextOf(reply.Json, "kind") != "Secret"
        )
        {
            throw wire.No($"gave another thing than the Secret `{name}` of `{space}`");
        }

        var data = ProviderReply.PartOf(reply.Json, "data");
        var fields = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        foreach (var field in ask.Fields)
        {
            if (Decoded(ProviderReply.TextOf(data, field)) is not { Length: > 0 } value)
            {
                foreach (var one in fields.Values)
                {
                    one.Dispose();
                }

                throw wire.No($"has no text `{field}` in the Secret `{name}` of `{space}`");
            }

            fields[field] = new Secret(value);
        }

        return new IssuedSecret(
            fields.ToImmutable(),
            null,
            TimeSpan.Zero,
            false,
            ProviderReply.TextOf(metadata, "resourceVersion")
        );
    }

    private static string? Decoded(string? text)
    {
        try
        {
            return text is null ? null : s_strict.GetString(Convert.FromBase64String(text));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> WordsIn(string? text) =>
        [.. (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)];
}
