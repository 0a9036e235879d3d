using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>The head of an answer in cleartext; what comes before it is passed on.</summary>
internal static class AnswerHead
{
    /// <summary>100, 102 and 103 before the answer itself: a few are useful, many are a trick.</summary>
    private const int MaxInterim = 16;

    /// <summary>Reads it; or what is wrong.</summary>
    public static async ValueTask<(ResponseHead? Head, string Problem)> ReadAsync(
        EgressWiring wiring,
        EgressConnection connection,
        RequestHead request,
        Passage passage,
        WireReader back,
        IdleWatch idle
    )
    {
        var options = wiring.Options;
        for (var i = 0; i < MaxInterim; i++)
        {
            var (end, length) = await back.ReadHeadAsync(
                    options.IdleWithin,
                    options.HeadWithin,
                    wiring.Clock,
                    connection.Ending
                )
                .ConfigureAwait(false);
            idle.Touch();
            if (end != HeadEnd.Complete)
            {
                return (null, end == HeadEnd.Nothing ? "it hung up" : "its head is broken");
            }

            var span = back.Buffered.Span[..length];
            if (!ResponseHead.TryParse(span, request.Method, options.MaxFields, out var response, out var problem))
            {
                return (null, problem);
            }

            back.Advance(length);
            if (!passage.TryPass(length, Heading.Back))
            {
                return (null, passage.CutBecause);
            }

            if (!response!.IsInterim)
            {
                return (response, "");
            }

            if (!request.Http10)
            {
                var head = response.ToClient(BodyFraming.None, close: false);
                await connection.Client.TrySendAsync(head, connection.Ending).ConfigureAwait(false);
            }
        }

        return (null, "it never came to the point");
    }
}
