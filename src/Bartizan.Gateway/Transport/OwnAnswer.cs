using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Transport;

/// <summary>The whole answer to a request that a gateway made of itself.</summary>
/// <param name="Status">The status; 0 when there was none, or it was cut.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body.</param>
internal sealed record OwnAnswer(int Status, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>None.</summary>
    public static OwnAnswer None { get; } = new(0, new HeaderDictionary(), default);
}
