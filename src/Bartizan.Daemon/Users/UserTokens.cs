using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Daemon.Users;

/// <summary>
/// Takes the token of an end user for a session: verified against what the manifest says of callers, or refused, which is an entry. The
/// token itself stands nowhere.
/// </summary>
internal sealed class UserTokens(ICallerTokens tokens, IEndUsers users, IJournal journal, TimeProvider clock)
{
    private const int Refused = 4;

    /// <summary>Whose it is, and how long it holds.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="folder">The manifest's folder.</param>
    /// <param name="token">The token.</param>
    /// <param name="by">Who shows it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ControlException">It isn't good.</exception>
    public async Task<(EndUser User, TimeSpan Life)> TakeAsync(
        Manifest manifest,
        string folder,
        string token,
        string by,
        CancellationToken cancellationToken
    )
    {
        if (manifest.Serve?.Callers is not { Oidc: { } issuer } callers)
        {
            throw await RefuseAsync(
                    manifest,
                    by,
                    "its manifest names no issuer whose tokens are taken",
                    "name one in `serve: { callers: { oidc, audience } }`",
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        var verdict = await tokens
            .VerifyAsync(issuer.From(folder), callers.Expectation, token, cancellationToken)
            .ConfigureAwait(false);
        if (!verdict.IsGood)
        {
            throw await RefuseAsync(manifest, by, verdict.Why, null, cancellationToken).ConfigureAwait(false);
        }

        // Clocks may be a minute apart where a token is looked at; a session gets no minute of that.
        var life = verdict.Claims.Expires - clock.GetUtcNow();
        if (life <= TimeSpan.Zero)
        {
            throw await RefuseAsync(manifest, by, "its time is over", null, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var attributes = ClaimMapping.Of(verdict.Claims, callers.User);
            var user = await users
                .KnowAsync(issuer.Name, verdict.Claims.Subject, attributes, cancellationToken)
                .ConfigureAwait(false);
            return (user, life);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(new ControlProblem(125, $"the user can't be kept in mind: {e.Message}"));
        }
    }

    private async Task<ControlException> RefuseAsync(
        Manifest manifest,
        string by,
        string why,
        string? hint,
        CancellationToken cancellationToken
    )
    {
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Agent = $"{manifest.Agent}@{manifest.Version}",
                    Person = by,
                    Detail = "user token refused",
                    Reason = why,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new ControlException(new ControlProblem(Refused, $"the user's token isn't taken: {why}", hint));
    }
}
