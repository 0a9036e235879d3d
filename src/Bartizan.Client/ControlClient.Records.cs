using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Bartizan.Client.Events;
using Bartizan.Client.Records;

namespace Bartizan.Client;

/// <summary>The part of the client that reads: the log, a session's entries, what is new.</summary>
public sealed partial class ControlClient
{
    /// <summary>Characters of one message of what is new: thousands of sessions at once.</summary>
    private const int MaxChange = 8 << 20;

    private const string DataField = "data: ";

    /// <summary>A page of the log.</summary>
    public Task<LogReply> LogAsync(LogRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PageAsync("v1/log", request, cancellationToken);
    }

    /// <summary>A page of one session's entries, each with its lane.</summary>
    public Task<LogReply> TimelineAsync(string session, LogRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(request);
        return PageAsync($"v1/sessions/{WebUtility.UrlEncode(session)}/timeline", request, cancellationToken);
    }

    /// <summary>A page of what guards and detectors reported.</summary>
    public Task<LogReply> FindingsAsync(LogRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PageAsync("v1/findings", request, cancellationToken);
    }

    /// <summary>One entry, and the proof that it is in the log.</summary>
    public Task<ProofReply> ProofAsync(long index, CancellationToken cancellationToken) =>
        CallAsync<ProofReply>(
            HttpMethod.Get,
            string.Create(CultureInfo.InvariantCulture, $"v1/log/{index}/proof"),
            null,
            cancellationToken
        );

    /// <summary>What happened over the last <paramref name="hours"/>, in equal stretches.</summary>
    public Task<CountsReply> CountsAsync(int hours, CancellationToken cancellationToken) =>
        CallAsync<CountsReply>(
            HttpMethod.Get,
            string.Create(CultureInfo.InvariantCulture, $"v1/counts?hours={hours}"),
            null,
            cancellationToken
        );

    /// <summary>
    /// What is new, as it happens; null when there was nothing for a while. Ends with the instance, or when whoever asks is too slow.
    /// </summary>
    public async IAsyncEnumerable<LiveChange?> ChangesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(HttpMethod.Get, "v1/events", null, cancellationToken)
            .ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var reader = new StreamReader(body);
            while (await ReadLineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (line.Length > 0)
                {
                    yield return line.StartsWith(DataField, StringComparison.Ordinal)
                        ? JsonSerializer.Deserialize<LiveChange>(line.AsSpan(DataField.Length), Wire.Options)
                        : null;
                }
            }
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        return line?.Length > MaxChange
            ? throw new ControlException(new ControlProblem(125, "the instance sent more than a message holds"))
            : line;
    }

    private Task<LogReply> PageAsync(string path, LogRequest request, CancellationToken cancellationToken)
    {
        var words = new List<string> { string.Create(CultureInfo.InvariantCulture, $"limit={request.Limit}") };
        if (request.Query.Length > 0)
        {
            words.Add($"query={WebUtility.UrlEncode(request.Query)}");
        }

        if (request.Before is { } before)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"before={before}"));
        }

        if (request.After is { } after)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"after={after}"));
        }

        if (request.Prove)
        {
            words.Add("prove=true");
        }

        return CallAsync<LogReply>(HttpMethod.Get, $"{path}?{string.Join('&', words)}", null, cancellationToken);
    }
}
