using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Sends a call to its upstream, and again where the manifest says so: only while nothing was done on the other side and nothing has gone
/// to the client. What the last try is answered passes as it is.
/// <code>
/// address ─▶ send ─▶ answer ──────────────────────────────▶ passed on
///    ▲                └▶ not reached · 429 · 503 · 529 ──▶ next address at once, or wait (retry-after) ─┐
///    └── still running? ◀── bounded in number and time ───────────────────────────────────────────────────┘
/// </code>
/// </summary>
internal sealed class UpstreamTries(UpstreamConnections upstreams, TimeProvider clock)
{
    /// <summary>Addresses that are remembered as failing; above it all are forgotten.</summary>
    private const int MaxRemembered = 1024;

    /// <summary>The first wait without a word of the upstream's; doubled each time.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>An address that failed is passed over for so long, while another one of its pool is there.</summary>
    private static readonly TimeSpan PassedOver = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Uri, DateTimeOffset> _failing = new();

    /// <summary>Sends it; the request that was answered comes with its answer.</summary>
    public async Task<(HttpRequestMessage Request, HttpResponseMessage Response)> SendAsync(
        ModelUpstream upstream,
        Passage passage,
        Func<Uri, CancellationToken, ValueTask<HttpRequestMessage>> build,
        TriedCall tried,
        CancellationToken cancellationToken
    )
    {
        var most = upstream.Retry?.Tries ?? 1;
        var until = clock.GetUtcNow() + (upstream.Retry?.Within ?? TimeSpan.Zero);
        var addresses = InOrder(upstream);
        for (var attempt = 1; ; attempt++)
        {
            var address = addresses[(attempt - 1) % addresses.Length];
            var isRound = attempt % addresses.Length == 0;
            var request = await build(address, cancellationToken).ConfigureAwait(false);
            TimeSpan? pause;
            try
            {
                tried.Sent++;
                var response = await upstreams
                    .For(address, upstream.CertificateAuthority)
                    .SendAsync(request, cancellationToken)
                    .ConfigureAwait(false);
                pause = attempt < most ? PauseOf(response, attempt, isRound, until) : null;
                if (pause is null)
                {
                    return (request, response);
                }

                tried.Failed(address, (int)response.StatusCode);
                response.Dispose();
                request.Dispose();
            }
            catch (HttpRequestException e)
                when (attempt < most
                    && ForwardingEnd.NeverLeft(e)
                    && (pause = InTime(isRound ? Backoff(attempt) : TimeSpan.Zero, until)) is not null
                )
            {
                request.Dispose();
                tried.Sent--;
                tried.Failed(address, null);
            }
            catch
            {
                request.Dispose();
                throw;
            }

            Remember(address);
            await WaitAsync(pause.Value, passage, cancellationToken).ConfigureAwait(false);
        }
    }

    // INVARIANT: no further try leaves while the session is paused, nor after it was ended.
    private async Task WaitAsync(TimeSpan pause, Passage passage, CancellationToken cancellationToken)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }

        var still = await passage.InspectAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        if (still.Verdict != InspectionVerdict.Forward)
        {
            throw new PassageCutException(passage.Reservation?.Exhausted);
        }
    }

    // How long to wait before the next try; null for none.
    private TimeSpan? PauseOf(HttpResponseMessage response, int attempt, bool isRound, DateTimeOffset until)
    {
        if ((int)response.StatusCode is not (429 or 503 or 529) || Says(response.Headers, "x-should-retry", "false"))
        {
            return null;
        }

        // Another address is another's word; once around, the wait that was asked for is kept.
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } wait } => wait,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return InTime(isRound ? Max(asked, Backoff(attempt)) : TimeSpan.Zero, until);
    }

    private TimeSpan? InTime(TimeSpan pause, DateTimeOffset until) => clock.GetUtcNow() + pause <= until ? pause : null;

    private static TimeSpan Backoff(int attempt) => FirstPause * (1 << Math.Min(attempt - 1, 16));

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static bool Says(HttpResponseHeaders headers, string name, string value) =>
        headers.NonValidated.TryGetValues(name, out var values)
        && values.ToString().Equals(value, StringComparison.OrdinalIgnoreCase);

    // Those that failed just now come last.
    private Uri[] InOrder(ModelUpstream upstream)
    {
        if (upstream.Pool.IsEmpty)
        {
            return [upstream.Url];
        }

        var now = clock.GetUtcNow();
        return
        [
            .. upstream.Pool.Insert(0, upstream.Url).OrderBy(url => _failing.TryGetValue(url, out var to) && to > now),
        ];
    }

    private void Remember(Uri address)
    {
        if (_failing.Count >= MaxRemembered)
        {
            _failing.Clear();
        }

        _failing[address] = clock.GetUtcNow() + PassedOver;
    }
}
