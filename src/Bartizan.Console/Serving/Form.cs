using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Console.Serving;

/// <summary>Reads a form within limits.</summary>
internal static class Form
{
    private const int MaxFields = 16;

    // All of it: by a least rate alone a connection's other requests would make up for one that never ends.
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(30);

    /// <summary>The fields that were sent. INVARIANT: whoever let the request in may have set a lower limit, and that one holds.</summary>
    public static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Math.Min(size.MaxRequestBodySize ?? long.MaxValue, Door.MaxFormBytes);
        }

        if (!context.Request.HasFormContentType)
        {
            throw new BadHttpRequestException("A form was expected.", StatusCodes.Status415UnsupportedMediaType);
        }

        using var within = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        within.CancelAfter(s_within);
        try
        {
            var feature = new FormFeature(
                context.Request,
                new FormOptions { ValueCountLimit = MaxFields, ValueLengthLimit = Door.MaxFormBytes }
            );
            return await feature.ReadFormAsync(within.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The form didn't come in time.", StatusCodes.Status408RequestTimeout, e);
        }
        catch (InvalidDataException e)
        {
            throw new BadHttpRequestException("The form is larger than it can be.", e);
        }
    }

    /// <summary>A field's text without the blanks around it; null for none.</summary>
    public static string? Text(IFormCollection form, string name) =>
        form[name].ToString().Trim() is { Length: > 0 } text ? text : null;
}
