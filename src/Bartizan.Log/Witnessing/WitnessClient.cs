using System.Text;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// Asks one witness (C2SP tlog-witness). What it answers is believed only as far as it is signed: everything else, and everything late,
/// is <see cref="WitnessReplyKind.Absent"/>.
/// </summary>
internal sealed class WitnessClient(
    PolicyWitness witness,
    HttpMessageInvoker http,
    TimeProvider clock,
    WitnessRoundOptions options
)
{
    /// <summary>An answer: 64 lines of an Ed25519 cosignature are 9 KiB.</summary>
    private const int MaxReplyBytes = 16 * 1024;

    private readonly Uri _address = new(witness.Url!.AbsoluteUri.TrimEnd('/') + "/add-checkpoint");

    /// <summary>Asks for a cosignature. Throws only when cancelled.</summary>
    public async Task<WitnessReply> AskAsync(AddCheckpoint request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.AnswerWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _address)
            {
                Content = new ByteArrayContent(request.ToBytes()),
            };
            using var response = await http.SendAsync(message, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(response, either.Token).ConfigureAwait(false);
            return body is null
                ? WitnessReply.Absent("answered with too much")
                : Read((int)response.StatusCode, body, request);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return WitnessReply.Absent($"did not answer in {options.AnswerWithin.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return WitnessReply.Absent("can't be reached");
        }
    }

    private WitnessReply Read(int status, string body, AddCheckpoint request)
    {
        switch (status)
        {
            case 200:
                // INVARIANT: a cosignature counts when the key in the policy made it over exactly the text that was sent.
                return witness.Key.Find(request.Note + body) is { } cosignature
                    ? new WitnessReply(WitnessReplyKind.Cosigned, cosignature)
                    : WitnessReply.Absent("answered with a signature that isn't its own over this checkpoint");
            case 409:
                return body.EndsWith('\n') && AddCheckpoint.TryReadSize(body[..^1], out var size)
                    ? new WitnessReply(WitnessReplyKind.Conflict, Size: size, Problem: "has cosigned another size")
                    : WitnessReply.Absent("answered 409 without a size");
            case 422:
                return new WitnessReply(
                    WitnessReplyKind.Contradicted,
                    Problem: "finds that the log doesn't continue what it cosigned"
                );
            case 404:
                return new WitnessReply(WitnessReplyKind.Refused, Problem: "doesn't know this log");
            case 403:
                return new WitnessReply(WitnessReplyKind.Refused, Problem: "doesn't trust this log's key");
            default:
                return WitnessReply.Absent(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"answered {status}")
                );
        }
    }

    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[MaxReplyBytes + 1];
            var length = await stream
                .ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return length > MaxReplyBytes ? null : Encoding.UTF8.GetString(bytes, 0, length);
        }
    }
}
