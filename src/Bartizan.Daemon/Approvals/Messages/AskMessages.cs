using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Bartizan.Client;

namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>
/// Tells people elsewhere that an ask waits. Each place has a queue and a loop of its own: one that is dead delays neither the ask nor the
/// others. A message that can't be delivered is told to the operator and given up; the ask waits in the inbox all the same.
/// </summary>
internal sealed class AskMessages : IAskListener, IAsyncDisposable
{
    /// <summary>Messages that wait for one place; of more the newest is left out, because older asks run out first.</summary>
    public const int MaxQueued = 64;

    /// <summary>Times that one message is tried.</summary>
    public const int MaxTries = 3;

    // Standard Webhooks writes keys as base64 behind this mark; a key without it is taken as it stands.
    private const string KeyMark = "whsec_";
    private static readonly TimeSpan s_sendWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_sendWithin,
        }
    );

    private readonly CancellationTokenSource _stop = new();
    private readonly ImmutableArray<(Recipient To, Channel<WaitingAsk> Queue)> _places;
    private readonly Task _loops;
    private readonly Action<string> _say;
    private readonly TimeProvider _clock;

    /// <summary>Starts a loop for each place.</summary>
    public AskMessages(ImmutableArray<Recipient> recipients, Action<string> say, TimeProvider clock)
    {
        _say = say;
        _clock = clock;
        _places =
        [
            .. recipients.Select(to =>
                (to, Channel.CreateBounded<WaitingAsk>(new BoundedChannelOptions(MaxQueued) { SingleReader = true }))
            ),
        ];
        _loops = Task.WhenAll(_places.Select(place => Task.Run(() => LoopAsync(place.To, place.Queue.Reader))));
    }

    /// <summary>As <c>approvals.yaml</c> says; null when it names nobody, or can't be read, and then <paramref name="say"/> hears why.</summary>
    public static AskMessages? Start(string home, Action<string> say, TimeProvider clock)
    {
        try
        {
            var recipients = RecipientsFile.Load(home);
            return recipients.IsEmpty ? null : new AskMessages(recipients, say, clock);
        }
        catch (Exception e) when (e is ControlException or IOException)
        {
            say($"nobody is told of asks: {e.Message}");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Raise(WaitingAsk ask)
    {
        foreach (var (to, queue) in _places)
        {
            if (!queue.Writer.TryWrite(ask))
            {
                _say($"{to} was not told of {ask.Request.Id}: {MaxQueued} messages wait for it already");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task LoopAsync(Recipient to, ChannelReader<WaitingAsk> queue)
    {
        await foreach (var ask in queue.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            for (var tries = 1; !ask.IsOver; tries++)
            {
                if (await TrySendAsync(to, ask).ConfigureAwait(false) is not { } problem)
                {
                    break;
                }

                if (tries == MaxTries)
                {
                    _say($"{to} was not told of {ask.Request.Id}: {problem}");
                    break;
                }

                await Task.Delay(s_retryAfter, _clock, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    // Null when it was taken. INVARIANT: what is said of a failure names the place by its name, never its address or secret.
    private async Task<string?> TrySendAsync(Recipient to, WaitingAsk ask)
    {
        using var limit = new CancellationTokenSource(s_sendWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            var message = AskMessage.Of(ask, to.Details);
            if (to.Kind == MessageKind.Email)
            {
                await MailServer.SendAsync(to, message, _clock.GetUtcNow(), either.Token).ConfigureAwait(false);
                return null;
            }

            using var request = RequestOf(to, message);
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return "it did not answer in time";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e is IOException ? "it can't be reached, or refused it" : "it can't be reached";
        }
    }

    private HttpRequestMessage RequestOf(Recipient to, AskMessage message)
    {
        var body = to.Kind switch
        {
            MessageKind.Slack => message.ToSlack(),
            MessageKind.Teams => message.ToTeams(),
            _ => message.ToJson(),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Recipient.Reveal(to.Url)))
        {
            Content = new ByteArrayContent(body),
        };
        request.Version = HttpVersion.Version11;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (to.Secret is { } secret)
        {
            // As Standard Webhooks have it, and as the exports of this product do.
            var stamp = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            byte[] signed = [.. Encoding.UTF8.GetBytes($"{message.Id}.{stamp}."), .. body];
            var signature = HMACSHA256.HashData(KeyOf(Recipient.Reveal(secret)), signed);
            request.Headers.Add("webhook-id", message.Id);
            request.Headers.Add("webhook-timestamp", stamp);
            request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(signature)}");
        }

        return request;
    }

    private static byte[] KeyOf(string text) =>
        text.StartsWith(KeyMark, StringComparison.Ordinal)
            ? Convert.FromBase64String(text[KeyMark.Length..])
            : Encoding.UTF8.GetBytes(text);
}
