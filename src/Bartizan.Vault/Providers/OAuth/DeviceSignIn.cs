using System.Text.Json;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>
/// A person's sign-in to an OAuth server on another device (RFC 8628): the person is shown a code and an address, and what comes of it is a
/// refresh token that goes into the vault and is shown to nobody.
/// </summary>
public sealed class DeviceSignIn : IDisposable
{
    /// <summary>The longest that a person is waited for, whatever the server says.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private const int MaxCode = 64;

    private static readonly TimeSpan s_usualPace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_slower = TimeSpan.FromSeconds(5);

    private readonly OAuthWire _wire;
    private readonly Secret? _own;
    private readonly Secret _code;
    private readonly string _scope;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _ends;
    private TimeSpan _pace;

    private DeviceSignIn(OAuthWire wire, Secret? own, Secret code, string scope, JsonElement said, TimeProvider clock)
    {
        (_wire, _own, _code, _scope, _clock) = (wire, own, code, scope, clock);
        var within = ProviderReply.SecondsOf(said, "expires_in");
        _ends = clock.GetUtcNow() + (within > TimeSpan.Zero && within < Longest ? within : Longest);
        _pace = ProviderReply.SecondsOf(said, "interval") is { Ticks: > 0 } pace && pace < Longest ? pace : s_usualPace;
        UserCode = ProviderWords.Of(ProviderReply.TextOf(said, "user_code"));
        Address = AddressOf(said, "verification_uri") ?? throw No("doesn't say where the code is to be written");
        Complete = AddressOf(said, "verification_uri_complete");
    }

    /// <summary>What the person writes there.</summary>
    public string UserCode { get; }

    /// <summary>Where.</summary>
    public Uri Address { get; }

    /// <summary>The same with the code in it; null where there is none.</summary>
    public Uri? Complete { get; }

    /// <summary>Until when.</summary>
    public DateTimeOffset Ends => _ends;

    /// <summary>The server's host, and its port where it isn't the usual one: what comes of it is bound to it.</summary>
    public string Host { get; private init; } = "";

    /// <summary>
    /// Waits for the person; the refresh token, which whoever gets it disposes. Cancelled between two questions it ends; a question that is
    /// under way is waited for, and what it brings is given all the same.
    /// </summary>
    /// <exception cref="CredentialUnavailableException">Nothing came of it.</exception>
    public async Task<Secret> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await PollAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException e)
        {
            throw new CredentialUnavailableException(e.Message);
        }
    }

    /// <summary>Revokes what came of it and isn't kept, where the server does that.</summary>
    public Task DropAsync(Secret? refresh) =>
        refresh is null
            ? Task.CompletedTask
            : OAuthRevocation.TryAsync(_wire, _own, refresh, OAuthRevocation.OfRefresh);

    /// <inheritdoc/>
    public void Dispose()
    {
        _wire.Dispose();
        _own?.Dispose();
        _code.Dispose();
    }

    /// <summary>Begins one; it takes what it is given.</summary>
    /// <exception cref="ProviderException">The server doesn't do that.</exception>
    internal static async Task<DeviceSignIn> BeginAsync(
        OAuthWire wire,
        Secret? own,
        string scope,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var endpoints = await wire.EndpointsAsync(cancellationToken).ConfigureAwait(false);
        var device =
            endpoints.Device
            ?? throw new ProviderException(
                ProviderFault.Refused,
                $"`{wire.Authority}` has no sign-in on another device: write a refresh token with `bartizan vault set`"
            );
        using var reply = await wire.PostAsync(
                device,
                own,
                null,
                form => _ = scope.Length == 0 ? form : form.Add("scope", scope),
                _ => false,
                cancellationToken
            )
            .ConfigureAwait(false);
        var code = ProviderReply.TextOf(reply.Json, "device_code");
        var user = ProviderReply.TextOf(reply.Json, "user_code");
        if (string.IsNullOrEmpty(code) || user is not { Length: > 0 and <= MaxCode })
        {
            throw new ProviderException(ProviderFault.Refused, $"`{wire.Authority}` gave no code");
        }

        return new DeviceSignIn(wire, own, new Secret(code), scope, reply.Json, clock)
        {
            Host = endpoints.Token.IsDefaultPort ? endpoints.Token.Host : endpoints.Token.Authority,
        };
    }

    private async Task<Secret> PollAsync(CancellationToken cancellationToken)
    {
        var token = (await _wire.EndpointsAsync(cancellationToken).ConfigureAwait(false)).Token;
        while (_clock.GetUtcNow() + _pace < _ends)
        {
            await Task.Delay(_pace, _clock, cancellationToken).ConfigureAwait(false);
            if (await AskAsync(token).ConfigureAwait(false) is { } refresh)
            {
                return refresh;
            }
        }

        throw No("waited for somebody, and nobody signed in in time: begin again");
    }

    // Null while the person hasn't done it. INVARIANT: never cancelled, since the answer may be a token that counts and that nobody else
    // has. It ends by its tries and by each one's time.
    private async Task<Secret?> AskAsync(Uri token)
    {
        try
        {
            using var reply = await _wire
                .PostAsync(
                    token,
                    _own,
                    _code,
                    form =>
                        form.Add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
                            .Add("device_code", _code),
                    one =>
                        OAuthFaults.CodeOf(one)
                            is "authorization_pending"
                                or "slow_down"
                                or "access_denied"
                                or "expired_token"
                        || one is { Status: 200, Json.ValueKind: JsonValueKind.Object },
                    CancellationToken.None
                )
                .ConfigureAwait(false);
            switch (OAuthFaults.CodeOf(reply))
            {
                case "authorization_pending":
                    return null;
                case "slow_down":
                    _pace += s_slower;
                    return null;
                case "access_denied":
                    throw No("was told no by whoever was asked");
                case "expired_token":
                    throw No("waited for somebody, and nobody signed in in time: begin again");
            }

            using var answer = OAuthAnswer.Read(reply, _wire.Authority);
            if (ProblemOf(answer) is { } problem)
            {
                await DropAsync(answer.Refresh).ConfigureAwait(false);
                throw problem;
            }

            Secret? copy = null;
            answer.Refresh!.Use(value => copy = new Secret(value.Span));
            return copy;
        }
        catch (ProviderException e) when (e.Fault is ProviderFault.Busy or ProviderFault.Lost)
        {
            // RFC 8628, 3.5: slower, for as long as there is time.
            _pace *= 2;
            return null;
        }
    }

    // The other token beside it is used for nothing, and ends by itself.
    private ProviderException? ProblemOf(OAuthAnswer answer) =>
        answer.Problem is { } problem ? new ProviderException(ProviderFault.Refused, problem)
        : answer.WiderThan(_scope, null, mustSay: false) is { } wider ? No($"gave a token that {wider}: it isn't kept")
        : answer.Refresh is null ? No("gave no refresh token: ask for it, often by the scope `offline_access`")
        : null;

    // It is shown to a person, who opens it.
    private static Uri? AddressOf(JsonElement said, string name) =>
        ProviderReply.TextOf(said, name) is { Length: < 2000 } text
        && text.All(c => c is > ' ' and < '\u007f')
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url
            : null;

    private ProviderException No(string what) => new(ProviderFault.Refused, $"`{_wire.Authority}` {what}");
}
