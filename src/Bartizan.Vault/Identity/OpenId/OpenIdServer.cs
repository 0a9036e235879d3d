using System.Net.Http.Headers;
using Bartizan.Core.Identity;
using Bartizan.Vault.Providers;

namespace Bartizan.Vault.Identity.OpenId;

/// <summary>
/// One provider, and what was last heard of it.
/// <code>
/// heard ── 5 minutes ── asked again beside ── 10 minutes ── asked again, and waited for ── an hour after: nothing is good
///   └── a key that isn't known: asked again, 15 seconds after it was last asked at the earliest, by one for all
/// </code>
/// </summary>
internal sealed class OpenIdServer(OpenIdIssuer issuer, TimeProvider clock)
{
    /// <summary>
    /// How long what was heard is taken as it is; then the provider's answer is waited for, also after a night without callers. A key
    /// that is withdrawn is good for so long.
    /// </summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    /// <summary>From when on it is asked again beside, so that where callers are many none of them waits.</summary>
    public static readonly TimeSpan AskedFrom = FreshFor / 2;

    /// <summary>How long it is used while the provider can't be reached.</summary>
    public static readonly TimeSpan UsableFor = TimeSpan.FromHours(1);

    /// <summary>Between two times that it is asked: who sends tokens of unknown keys makes no flood of requests.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromSeconds(15);

    /// <summary>For one document. It stands still for whoever waits.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private KnownKeys? _known;
    private long? _asked;
    private Task? _asking;
    private string _problem = "";

    /// <summary>What is known; asked for where it isn't, or not any more.</summary>
    /// <param name="missing">What a key was missing in; null when none was. Then something else is wanted.</param>
    /// <param name="cancellationToken">Ends the wait, and not the question: others wait for it, too.</param>
    /// <exception cref="OpenIdUnavailableException">Nothing is known that may be used.</exception>
    public async ValueTask<KnownKeys> KnownAsync(KnownKeys? missing, CancellationToken cancellationToken)
    {
        await AskOnceAsync(missing).WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            return _known is { } known && Since(known.At) < UsableFor
                ? known
                : throw new OpenIdUnavailableException($"`{issuer.Name}` {_problem}");
        }
    }

    // What is to be waited for, which may be nothing.
    private Task AskOnceAsync(KnownKeys? missing)
    {
        lock (_lock)
        {
            var isFresh = _known is { } known && Since(known.At) < FreshFor;
            var isMissing = missing is not null && ReferenceEquals(missing, _known);
            var isAsked = !isFresh || isMissing || Since(_known!.At) >= AskedFrom;
            if (isAsked && _asking is null && (_asked is not { } last || Since(last) >= Between))
            {
                _asked = clock.GetTimestamp();
                _asking = Task.Run(AskAsync, CancellationToken.None);
            }

            return !isFresh || isMissing ? _asking ?? Task.CompletedTask : Task.CompletedTask;
        }
    }

    private async Task AskAsync()
    {
        (KnownKeys? Known, string Problem) heard = (null, "can't be asked");
        try
        {
            heard = await HearAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _known = heard.Known ?? _known;
                _problem = heard.Problem;
                _asking = null;
            }
        }
    }

    private async Task<(KnownKeys? Known, string Problem)> HearAsync()
    {
        try
        {
            var place = OpenIdDiscovery.PlaceOf(issuer);
            using var http = new ProviderHttp(place, issuer.Authority, clock);
            using var said = await GetAsync(http, place).ConfigureAwait(false);
            if (OpenIdDiscovery.Read(said.Body, issuer, out var problem) is not { } provider)
            {
                return (null, problem);
            }

            using var set = await GetAsync(http, provider.Keys).ConfigureAwait(false);
            return JsonWebKeys.Parse(set.Body, out problem) is { } keys
                ? (new KnownKeys(provider, keys, clock.GetTimestamp()), "")
                : (null, $"has keys that can't be taken: the key set {problem}");
        }
        catch (ProviderException e)
        {
            return (null, $"can't be asked: {e.Message}");
        }
        catch (Exception e) when (e is OperationCanceledException or UriFormatException or InvalidOperationException)
        {
            return (null, "doesn't answer in time");
        }
    }

    private async Task<ProviderReply> GetAsync(ProviderHttp http, Uri address)
    {
        using var limit = new CancellationTokenSource(Within, clock);
        var reply = await http.SendAsync(HttpMethod.Get, address, null, "", Accept, limit.Token).ConfigureAwait(false);
        if (reply.Status == 200)
        {
            return reply;
        }

        // INVARIANT: a redirect is no answer: it would lead to another who vouches for nothing.
        reply.Dispose();
        throw new ProviderException(ProviderFault.Refused, $"`{address.Authority}` answered {reply.Status}");
    }

    private TimeSpan Since(long timestamp) => clock.GetElapsedTime(timestamp);

    private static void Accept(HttpRequestHeaders fields) => fields.Accept.ParseAdd("application/json");
}
