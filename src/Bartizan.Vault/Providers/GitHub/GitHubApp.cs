using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers.GitHub;

/// <summary>
/// A GitHub App. Its key signs a token of its own for a few minutes, by which it is asked for a token of one installation, narrowed to the
/// repositories and permissions that the manifest names; what GitHub says that it gave is compared with that.
/// </summary>
internal sealed class GitHubApp(CredentialProvider terms, GitHubWire wire, TimeProvider clock) : ICredentialProvider
{
    /// <summary>How long the app's own token counts; GitHub takes ten minutes at most, by its clock.</summary>
    public static readonly TimeSpan AppTokenLife = TimeSpan.FromMinutes(9);

    /// <summary>How far GitHub's clock may be behind ours.</summary>
    public static readonly TimeSpan Backdated = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(10);

    public Task<ProviderLogin> SignInAsync(Secret? own, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(own);
        Secret? copy = null;
        own.Use(value => copy = new Secret(value.Span));
        return Task.FromResult(new ProviderLogin(copy!, "", TimeSpan.Zero, false));
    }

    public async Task<IssuedSecret> IssueAsync(
        ProviderLogin login,
        ProviderAsk ask,
        CancellationToken cancellationToken
    )
    {
        var repositories = GitHubForm.RepositoriesOf(ask.Parameters);
        var permissions = GitHubForm.PermissionsOf(ask.Parameters);
        if (repositories.IsEmpty || permissions is not { IsEmpty: false })
        {
            throw No("isn't asked for a token of every repository, or of every permission");
        }

        using var app = AppToken(login.Token);
        using var reply = await wire.AskAsync(
                HttpMethod.Post,
                $"app/{ask.Path}/access_tokens",
                app,
                body => WriteAsk(body, repositories, permissions),
                201,
                cancellationToken
            )
            .ConfigureAwait(false);
        var text = ProviderReply.TextOf(reply.Json, GitHubForm.Field) ?? "";
        if (text.Length == 0 || text.Any(c => c is <= ' ' or >= '\u007f'))
        {
            throw No("gave no token that could be sent");
        }

        var token = new Secret(text);
        var (answer, now) = (GitHubAnswer.Read(reply.Json), clock.GetUtcNow());
        if (answer.WiderThan(repositories, permissions, now) is { } wider)
        {
            await RevokeQuietlyAsync(token, cancellationToken).ConfigureAwait(false);
            throw new ProviderException(ProviderFault.Wider, $"the token that `{wire.Authority}` gave {wider}");
        }

        if (answer.Ends - now is not { } left || left < s_least)
        {
            await RevokeQuietlyAsync(token, cancellationToken).ConfigureAwait(false);
            throw No("gave a token that is over already, or doesn't say when: look at both clocks");
        }

        return new IssuedSecret(
            ImmutableDictionary.Create<string, Secret>(StringComparer.Ordinal).Add(GitHubForm.Field, token),
            null,
            left < GitHubAnswer.Life ? left : GitHubAnswer.Life,
            false,
            null
        )
        {
            Anchor = new IssuedAnchor(new Secret(text), IsSecret: true),
            Says = SaysOf(answer),
        };
    }

    public Task<TimeSpan> RenewAsync(
        ProviderLogin login,
        string? lease,
        TimeSpan by,
        CancellationToken cancellationToken
    ) => throw No("makes no token count longer");

    public Task RevokeAsync(ProviderLogin login, string? lease, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task RevokeOtherAsync(ProviderLogin login, Secret anchor, CancellationToken cancellationToken) =>
        RevokeAsync(anchor, cancellationToken);

    public void Dispose() => wire.Dispose();

    // A token revokes itself, and nothing else does.
    private async Task RevokeAsync(Secret token, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await wire.AskAsync(
                    HttpMethod.Delete,
                    "installation/token",
                    token,
                    null,
                    204,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (ProviderException e)
            when (e.Fault == ProviderFault.Refused && e.Message.Contains("(401)", StringComparison.Ordinal))
        {
            // It doesn't count any more.
        }
    }

    private Secret AppToken(Secret key)
    {
        var now = clock.GetUtcNow();
        return PrivateKey.Sign(
            key,
            null,
            rsaAlone: true,
            claims =>
            {
                claims.WriteNumber("iat", (now - Backdated).ToUnixTimeSeconds());
                claims.WriteNumber("exp", (now + AppTokenLife).ToUnixTimeSeconds());
                claims.WriteString("iss", terms.Settings.GetValueOrDefault("auth.app") ?? "");
            }
        );
    }

    private static void WriteAsk(
        Utf8JsonWriter body,
        ImmutableArray<string> repositories,
        ImmutableSortedDictionary<string, string> permissions
    )
    {
        body.WriteStartArray("repositories");
        foreach (var repository in repositories)
        {
            body.WriteStringValue(repository);
        }

        body.WriteEndArray();
        body.WriteStartObject("permissions");
        foreach (var (name, level) in permissions)
        {
            body.WriteString(name, level);
        }

        body.WriteEndObject();
    }

    private async Task RevokeQuietlyAsync(Secret token, CancellationToken cancellationToken)
    {
        try
        {
            await RevokeAsync(token, cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException)
        {
            // It was lent to nobody, and ends within the hour.
        }

        token.Dispose();
    }

    private static string SaysOf(GitHubAnswer answer) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"a token for {string.Join(", ", answer.Repositories!)}, with {string.Join(", ", answer.Permissions!.Select(one => $"{one.Key}:{one.Value}"))}, until {answer.Ends:u}"
        );

    private ProviderException No(string what) => new(ProviderFault.Refused, $"`{wire.Authority}` {what}");
}
