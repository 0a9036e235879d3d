using System.Text.Json;
using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Readers;

/// <summary>One reading: a session of its own, its source, its model, and the shape that the answer is held to.</summary>
internal sealed class ContentReading(
    ReaderGround ground,
    IHttpApplication<HttpContext> tools,
    Session parent,
    ReaderTerms reader,
    TimeProvider clock
)
{
    /// <summary>For the whole of it, a person who is asked included; agents' clients give up about then by themselves.</summary>
    public static readonly TimeSpan ReadWithin = TimeSpan.FromMinutes(5);

    /// <summary>How often the model is asked: one that answers beside the shape once may do better, one that does so twice won't.</summary>
    private const int MaxTries = 2;

    /// <summary>Reads, with the arguments that the agent gave.</summary>
    /// <exception cref="OperationCanceledException">When the agent doesn't wait, or its session is over.</exception>
    public async Task<(ReadingEnd End, ReadOnlyMemory<byte> Values)> ReadAsync(
        JsonElement arguments,
        CancellationToken cancellationToken
    )
    {
        using var late = new CancellationTokenSource(ReadWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            parent.Revoked,
            late.Token
        );
        try
        {
            var reading = await ground.Readings.OpenAsync(parent, reader, either.Token).ConfigureAwait(false);
            await using (reading.ConfigureAwait(false))
            {
                try
                {
                    return await ReadAsync(reading.Session, arguments, either.Token).ConfigureAwait(false);
                }
                finally
                {
                    // INVARIANT: the shape takes away that it was untrusted and nothing else, before a value goes back.
                    parent.Expose(reader.Narrowed(reading.Session.Exposure), $"what the reader {reader.Name} read");
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (ReadingEnd.Late, default);
        }
    }

    private async Task<(ReadingEnd End, ReadOnlyMemory<byte> Values)> ReadAsync(
        Session session,
        JsonElement arguments,
        CancellationToken cancellationToken
    )
    {
        var text = await new SourceCall(tools, session, reader.Source)
            .ReadAsync(arguments, cancellationToken)
            .ConfigureAwait(false);
        if (text is null)
        {
            return (ReadingEnd.NothingToRead, default);
        }

        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (answered, answer) = await new ReaderModel(ground.Models.Application, session, reader, clock)
                .AskAsync(text, cancellationToken)
                .ConfigureAwait(false);
            if (!answered)
            {
                return (ReadingEnd.NoAnswer, default);
            }

            if (answer is not null && GivenShape.Read(reader.Gives, answer) is { } values)
            {
                return (ReadingEnd.Given, values);
            }
        }

        return (ReadingEnd.Misfit, default);
    }
}
