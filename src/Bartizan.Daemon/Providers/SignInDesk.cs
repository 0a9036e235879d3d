using System.Collections.Concurrent;
using Bartizan.Client;
using Bartizan.Client.Providers;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Vaults;
using Bartizan.Vault;
using Bartizan.Vault.Providers.OAuth;

namespace Bartizan.Daemon.Providers;

/// <summary>
/// Where a person signs in to a provider on another device. What comes of it goes into the vault, and to nobody: also when whoever waits
/// for it has hung up, because the person has consented.
/// </summary>
internal sealed class SignInDesk(VaultDesk vault, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Sign-ins that somebody has begun and nobody has ended.</summary>
    private const int MaxOpen = 16;

    private const int Refused = 4;
    private const int Usage = 2;

    /// <summary>How long the end of the instance waits for an answer that is under way.</summary>
    private static readonly TimeSpan s_settleWithin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Begun> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _waiting = [];
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Begins one, or waits for the end of one.</summary>
    /// <exception cref="ControlException">When nothing comes of it.</exception>
    public async Task<SignInReply> AnswerAsync(
        SignInRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return request.Ticket is null
                ? await BeginAsync(request, cancellationToken).ConfigureAwait(false)
                : await WaitAsync(request.Ticket, person, cancellationToken).ConfigureAwait(false);
        }
        catch (CredentialUnavailableException e)
        {
            throw new ControlException(new ControlProblem(Refused, e.Message));
        }
        catch (VaultRefusedException e)
        {
            throw new ControlException(new ControlProblem(Refused, e.Message, e.Hint));
        }
    }

    /// <summary>Begins nothing more, and waits a while for what is under way: the vault is open until then.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_waiting.Keys), Task.Delay(s_settleWithin, clock)).ConfigureAwait(false);
        foreach (var begun in _open.Values)
        {
            begun.SignIn.Dispose();
        }

        _ending.Dispose();
    }

    private async Task<SignInReply> BeginAsync(SignInRequest request, CancellationToken cancellationToken)
    {
        var load = ManifestFiles.Load(request.Manifest);
        var manifest =
            load.Manifest
            ?? throw new ControlException(
                new ControlProblem(3, $"{load.Errors[0].Position}: {load.Errors[0].Message}", load.Errors[0].Hint)
            );
        if (
            !manifest.Providers.TryGetValue(request.Provider, out var terms)
            || terms.Kind != ProviderKind.OAuth
            || terms.Settings.GetValueOrDefault("refresh") is not { } name
            || manifest.Credentials.GetValueOrDefault(name) is not { Origin: CredentialOrigin.Vault } kept
        )
        {
            throw new ControlException(
                new ControlProblem(
                    Usage,
                    $"`{request.Provider}` is no provider of the manifest that is asked by a person's refresh token",
                    "write `refresh: CREDENTIAL` there, and `from: vault:PATH` for that credential"
                )
            );
        }

        Forget();
        if (_open.Count >= MaxOpen)
        {
            throw new ControlException(
                new ControlProblem(Refused, $"{MaxOpen} sign-ins are open already", "end one of them")
            );
        }

        var session = SessionId.New();
        vault.Lender.Open(
            session,
            manifest.Agent,
            manifest.Credentials,
            Path.GetDirectoryName(request.Manifest)!,
            request.Credentials,
            manifest.Providers
        );
        try
        {
            var signIn = await vault
                .Providers.BeginSignInAsync(session, terms, ScopeOf(manifest, request), cancellationToken)
                .ConfigureAwait(false);
            try
            {
                vault.RequireSignIn(kept.Locator, manifest.Agent, signIn.Host);
            }
            catch
            {
                signIn.Dispose();
                throw;
            }

            var ticket = session.ToString();
            _open[ticket] = new Begun(signIn, manifest.Agent, kept.Locator);
            return new SignInReply
            {
                Ticket = ticket,
                UserCode = signIn.UserCode,
                Address = signIn.Address.AbsoluteUri,
                Complete = signIn.Complete?.AbsoluteUri,
                Ends = signIn.Ends,
            };
        }
        finally
        {
            vault.Lender.Close(session);
        }
    }

    private async Task<SignInReply> WaitAsync(string ticket, string person, CancellationToken cancellationToken)
    {
        if (!_open.TryRemove(ticket, out var begun))
        {
            throw new ControlException(new ControlProblem(Usage, "there is no such sign-in", "begin again"));
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        var waiting = KeepAsync(begun, person, either.Token);
        _waiting[waiting] = true;
        try
        {
            return await waiting.ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(waiting, out _);
        }
    }

    private async Task<SignInReply> KeepAsync(Begun begun, string person, CancellationToken cancellationToken)
    {
        using var signIn = begun.SignIn;
        using var refresh = await signIn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await vault.PutSignedInAsync(begun.Path, refresh, begun.Agent, signIn.Host, person).ConfigureAwait(false);
        }
        catch
        {
            // What nobody keeps is to count for nobody.
            await signIn.DropAsync(refresh).ConfigureAwait(false);
            throw;
        }

        return new SignInReply
        {
            Says =
                $"signed in; the refresh token is `{begun.Path}` of the vault, for the agent `{begun.Agent}` and for `{signIn.Host}`",
        };
    }

    // Whoever begins one and doesn't wait for it leaves it to its end.
    private void Forget()
    {
        var now = clock.GetUtcNow();
        foreach (var (ticket, begun) in _open.Where(one => one.Value.SignIn.Ends < now))
        {
            if (_open.TryRemove(ticket, out _))
            {
                begun.SignIn.Dispose();
            }
        }
    }

    // What the person consents to is what the manifest's credentials are going to ask for.
    private static string ScopeOf(Manifest manifest, SignInRequest request) =>
        string.Join(
            ' ',
            manifest
                .Credentials.Values.Where(one =>
                    one.Origin == CredentialOrigin.Provider
                    && ProviderPlace.Read(one.Locator)?.Provider == request.Provider
                )
                .Select(one => one.Parameters.GetValueOrDefault("scope") ?? "")
                .Append(request.Scope)
                .SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );

    private sealed record Begun(DeviceSignIn SignIn, string Agent, string Path);
}
