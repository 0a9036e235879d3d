namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A parameter of the query.</summary>
internal static class QueryPlace
{
    public static Injected Put(OutgoingRequest request, string name, ReadOnlySpan<char> value) =>
        Take(request, name) is { } free
            ? free.Request with
            {
                Query =
                    "?" + Parameters.With((free.Request.Query.Length == 0 ? "" : free.Request.Query[1..]), name, value),
            }
            : Injected.No($"its query can be read in two ways: is `{name}` in it once, behind a `;`, or not at all?");

    public static Taken? Take(OutgoingRequest request, string name)
    {
        if (request.Query.Length == 0)
        {
            return new Taken(request, []);
        }

        return Parameters.Without(request.Query[1..], name) is { } free
            ? new Taken(request with { Query = free.Left.Length == 0 ? "" : "?" + free.Left }, free.Values)
            : null;
    }
}
