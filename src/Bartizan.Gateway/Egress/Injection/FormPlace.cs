using System.Text;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A field of a form in the body.</summary>
internal static class FormPlace
{
    public static Injected Put(OutgoingRequest request, string name, ReadOnlySpan<char> value)
    {
        var (body, problem) = Form(request);
        return problem.Length > 0 ? Injected.No(problem)
            : Parameters.Without(Encoding.Latin1.GetString(body.Span), name) is { } free
                ? With(request, Parameters.With(free.Left, name, value))
            : Injected.No($"its form can be read in two ways: is `{name}` in it once, behind a `;`, or not at all?");
    }

    public static Taken? Take(OutgoingRequest request, string name)
    {
        var (body, problem) = Form(request);
        return problem.Length == 0 && Parameters.Without(Encoding.Latin1.GetString(body.Span), name) is { } free
            ? new Taken(With(request, free.Left), free.Values)
            : null;
    }

    private static OutgoingRequest With(OutgoingRequest request, string form) =>
        request with
        {
            Body = Encoding.Latin1.GetBytes(form),
        };

    private static (ReadOnlyMemory<byte> Body, string Problem) Form(OutgoingRequest request) =>
        BodyOf.Kind(request, type => type == "application/x-www-form-urlencoded", "a form");
}
