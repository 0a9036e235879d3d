using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Bartizan.Cli.Mcp;

/// <summary>
/// Carries a client's lines to the tool gateway and what it says back, both eras. It decides nothing, keeps nothing and says
/// nothing to the client that the gateway didn't say, but that it can't be reached.
/// </summary>
internal sealed class StdioEnd(Uri url, string token, Stream output) : IDisposable
{
    /// <summary>A message of a client: what the gateway takes.</summary>
    private const int MaxLineBytes = 4 << 20;

    /// <summary>Requests under way at once; further ones wait to be read.</summary>
    private const int MaxUnderWay = 64;

    /// <summary>How often a stream that broke off is taken up again.</summary>
    private const int MaxResumes = 16;

    /// <summary>For what is under way to be answered once the client has closed its side.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);

    /// <summary>Before the servers' own stream is listened to again.</summary>
    private static readonly TimeSpan ListenAgainAfter = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
        }
    );
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _room = new(MaxUnderWay, MaxUnderWay);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _underWay = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _over = new();
    private StdioEnding _ending = StdioEnding.Done;
    private string? _session;
    private string? _version;

    /// <summary>Runs until the client closes its side, or the gateway is gone.</summary>
    public async Task<StdioEnding> RunAsync(Stream input, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        var tasks = new List<Task>();
        try
        {
            await foreach (var line in LinesAsync(input, either.Token))
            {
                tasks.RemoveAll(t => t.IsCompleted);
                var said = ClientLine.Read(line);
                if (said is null)
                {
                    await WriteAsync(Error("null", -32700, "Parse error"));
                }
                else if (said is { Method: "notifications/cancelled", Cancels: { } id } && _session is null)
                {
                    // Without a session a request is taken back by going away.
                    await CancelAsync(id);
                }
                else if (said is { Method: not null and not "initialize", Id: not null })
                {
                    await _room.WaitAsync(either.Token);
                    tasks.Add(RequestAsync(line, said, either.Token));
                }
                else
                {
                    await SendAsync(line, said, either.Token);
                }
            }

            await Task.WhenAny(Task.WhenAll(tasks), Task.Delay(EndWithin, either.Token));
            await EndAsync();
        }
        catch (OperationCanceledException)
        {
            // Over.
        }

        return _ending;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over.Cancel();
        _http.Dispose();
        _over.Dispose();
        _room.Dispose();
        _writing.Dispose();
    }

    private async Task RequestAsync(ReadOnlyMemory<byte> line, ClientLine said, CancellationToken cancellationToken)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _underWay[said.Id!] = own;
        try
        {
            await SendAsync(line, said, own.Token);
        }
        catch (OperationCanceledException)
        {
            // Taken back, or all is over.
        }
        finally
        {
            _underWay.TryRemove(said.Id!, out _);
            _room.Release();
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> line, ClientLine said, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Make(HttpMethod.Post, said);
            request.Content = new ReadOnlyMemoryContent(line);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (said.Method == "initialize" && answer.IsSuccessStatusCode)
            {
                _session = answer.Headers.TryGetValues("mcp-session-id", out var ids) ? ids.First() : null;
            }

            var last = await PassAsync(answer, said, cancellationToken);
            for (var i = 0; last is not null && i < MaxResumes; i++)
            {
                using var rest = Make(HttpMethod.Get, null);
                rest.Headers.TryAddWithoutValidation("last-event-id", last);
                using var resumed = await _http.SendAsync(rest, cancellationToken);
                last = await PassAsync(resumed, said, cancellationToken);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (said is { Id: { } id, Method: not null })
            {
                await WriteAsync(Error(id, -32603, "Bartizan: the tool gateway can't be reached."));
            }

            Stop(StdioEnding.Unreachable);
        }
    }

    // The last event's id when the stream ended before its answer; null when nothing more is to come.
    private async Task<string?> PassAsync(
        HttpResponseMessage answer,
        ClientLine said,
        CancellationToken cancellationToken
    )
    {
        var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            return await PassEventsAsync(body, said, cancellationToken);
        }

        using var whole = new MemoryStream();
        await body.CopyToAsync(whole, cancellationToken);
        if (whole.Length > 0 && said.Method is not null && said.Id is not null)
        {
            await TakeAsync(whole.ToArray(), said);
        }

        if (answer.StatusCode is HttpStatusCode.Unauthorized)
        {
            Stop(StdioEnding.Refused);
        }
        else if (answer.StatusCode is HttpStatusCode.NotFound && said.Version is null)
        {
            Stop(StdioEnding.Refused);
        }

        return null;
    }

    private async Task<string?> PassEventsAsync(Stream body, ClientLine said, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(body, new UTF8Encoding(false));
        string? last = null;
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            // The gateway writes each event's data on one line.
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                last = line[4..];
            }
            else if (
                line.StartsWith("data: {", StringComparison.Ordinal)
                && await TakeAsync(Encoding.UTF8.GetBytes(line[6..]), said)
            )
            {
                return null;
            }
        }

        return said.Id is null ? null : last;
    }

    // True for the answer that was waited for.
    private async Task<bool> TakeAsync(byte[] message, ClientLine said)
    {
        message.AsSpan().Replace((byte)'\n', (byte)' ');
        message.AsSpan().Replace((byte)'\r', (byte)' ');
        await WriteAsync(message);
        using var document = JsonDocument.Parse(message);
        var root = document.RootElement;
        var isAnswer =
            said.Id is not null
            && !root.TryGetProperty("method", out _)
            && (!root.TryGetProperty("id", out var id) || id.GetRawText() == said.Id);
        if (isAnswer && said.Method == "initialize" && _session is not null)
        {
            _version =
                root.TryGetProperty("result", out var result)
                && result.TryGetProperty("protocolVersion", out var agreed)
                    ? agreed.GetString()
                    : null;
            _ = ListenAsync();
        }

        return isAnswer;
    }

    // What the servers say by themselves.
    private async Task ListenAsync()
    {
        var nothing = new ClientLine(null, null, null, null, null);
        try
        {
            while (true)
            {
                using var request = Make(HttpMethod.Get, null);
                using var answer = await _http.SendAsync(request, _over.Token);
                if (!answer.IsSuccessStatusCode)
                {
                    return;
                }

                await PassEventsAsync(await answer.Content.ReadAsStreamAsync(_over.Token), nothing, _over.Token);
                await Task.Delay(ListenAgainAfter, _over.Token);
            }
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            // The next request says what is wrong.
        }
    }

    private async Task EndAsync()
    {
        if (_session is null)
        {
            return;
        }

        using var late = new CancellationTokenSource(EndWithin);
        try
        {
            using var request = Make(HttpMethod.Delete, null);
            using var answer = await _http.SendAsync(request, late.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The gateway forgets it with the session.
        }
    }

    private async Task CancelAsync(string id)
    {
        if (_underWay.TryGetValue(id, out var own))
        {
            await own.CancelAsync();
        }
    }

    private HttpRequestMessage Make(HttpMethod method, ClientLine? said)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation(
            "accept",
            method == HttpMethod.Get ? "text/event-stream" : "application/json, text/event-stream"
        );
        if (said?.Version is not null)
        {
            said.Write(request.Headers);
        }
        else if (_session is { } session && said?.Method != "initialize")
        {
            request.Headers.TryAddWithoutValidation("mcp-session-id", session);
            request.Headers.TryAddWithoutValidation("mcp-protocol-version", _version);
        }

        return request;
    }

    private void Stop(StdioEnding why)
    {
        _ending = why;
        _over.Cancel();
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> message)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            await output.WriteAsync(message);
            await output.WriteAsync("\n"u8.ToArray());
            await output.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private static ReadOnlyMemory<byte> Error(string id, int code, string says) =>
        Encoding.UTF8.GetBytes(
            $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":{{{code}}},"message":{{{JsonSerializer.Serialize(says)}}}}}"""
        );

    private static async IAsyncEnumerable<byte[]> LinesAsync(
        Stream input,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var reader = PipeReader.Create(input);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
                if (line.AsSpan().Trim(" \t\r"u8).Length > 0)
                {
                    yield return line;
                }
            }

            if (read.IsCompleted || rest.Length > MaxLineBytes)
            {
                yield break;
            }

            reader.AdvanceTo(rest.Start, read.Buffer.End);
        }
    }
}
