using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>A server's message while people are asked about it: its client hears that it is held, and may cancel the call.</summary>
internal sealed class HeldAnswer(ToolWiring wiring, HttpContext context, AnswerWriter writer, Session session)
{
    /// <summary>
    /// How long what was written waits for what comes next: the head of a stream and its first event mostly come together, and go out
    /// together then. Sooner than anybody notices.
    /// </summary>
    public static readonly TimeSpan SendWithin = TimeSpan.FromMilliseconds(50);

    /// <summary>More than a held call was told of before it was sent.</summary>
    private const int After = 1 << 20;

    private const string Says = "Bartizan holds the answer of this call; a person may have to approve it";

    // Once the server has said something: its progress goes on, and ours would be less.
    private bool _anySaid;

    private bool IsAsked =>
        session.Manifest.Guards
            is { Injection: GuardAction.Ask }
                or { Lexical: GuardAction.Ask }
                or { HiddenText: GuardAction.Ask }
        || session.Manifest.Guards?.Classifiers.Any(one =>
            one.Action == GuardAction.Ask || one.OnFailure == GuardAction.Ask
        ) == true;

    /// <summary>Takes a message. A client that cancels its call, or goes away, has the answer kept back.</summary>
    /// <param name="mediation">Takes it.</param>
    /// <param name="bytes">The message.</param>
    /// <param name="call">The call whose answer is waited for.</param>
    /// <param name="client">The MCP session; null for none.</param>
    /// <param name="cancellationToken">When nobody waits for it any more.</param>
    /// <param name="isUnsent">A stream's head or events were written and wait to be sent: they don't wait for what is held.</param>
    public ValueTask<Mediated> TakeAsync(
        Mediation mediation,
        Memory<byte> bytes,
        PendingCall? call,
        ClientSession? client,
        CancellationToken cancellationToken,
        bool isUnsent = false
    )
    {
        if (IsAsked)
        {
            return TakeAskedAsync(mediation, bytes, call, client, cancellationToken);
        }

        var taking = mediation.TakeAsync(bytes, call, cancellationToken);
        return !isUnsent || taking.IsCompleted ? taking : SendMeanwhileAsync(taking.AsTask(), cancellationToken);
    }

    private async ValueTask<Mediated> SendMeanwhileAsync(Task<Mediated> taking, CancellationToken cancellationToken)
    {
        await ((Task)taking)
            .WaitAsync(SendWithin, wiring.Clock, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (!taking.IsCompleted)
            {
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            // What takes the message still reads it: nobody may give its memory back before.
            await ((Task)taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await taking.ConfigureAwait(false);
    }

    private async ValueTask<Mediated> TakeAskedAsync(
        Mediation mediation,
        Memory<byte> bytes,
        PendingCall? call,
        ClientSession? client,
        CancellationToken cancellationToken
    )
    {
        var taken = await HoldAsync(mediation, bytes, call, client, cancellationToken).ConfigureAwait(false);
        _anySaid |= !taken.Bytes.IsEmpty;
        return taken;
    }

    private async ValueTask<Mediated> HoldAsync(
        Mediation mediation,
        Memory<byte> bytes,
        PendingCall? call,
        ClientSession? client,
        CancellationToken cancellationToken
    )
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var taking = mediation.TakeAsync(bytes, call, cancel.Token).AsTask();
        if (taking.IsCompleted)
        {
            return await taking.ConfigureAwait(false);
        }

        var id = call?.Id ?? "";
        try
        {
            client?.Hold(id, cancel);
            var token = !_anySaid ? call?.ProgressToken ?? default : default;
            await HeldTelling.UntilToldAsync(taking, wiring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await new HeldTelling(wiring, context, writer, client?.Id, token, Says, After)
                .WaitAsync(taking)
                .ConfigureAwait(false);
        }
        finally
        {
            client?.LetGo(id, cancel);
        }
    }
}
