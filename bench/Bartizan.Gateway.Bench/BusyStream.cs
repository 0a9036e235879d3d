using System.Text;

namespace Bartizan.Gateway.Bench;

/// <summary>A stream that goes on for longer than any kill of it takes.</summary>
internal static class BusyStream
{
    /// <summary>What asks for one; a fast one carries an event every millisecond.</summary>
    public static HttpRequestMessage Request(Uri url, string token, bool isFast)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(
                """{"model":"stream-model","stream":true,"messages":[]}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("authorization", "Bearer " + token);
        request.Headers.Add("x-events", "1000000");
        if (isFast)
        {
            request.Headers.Add("x-fast", "1");
        }

        return request;
    }
}
