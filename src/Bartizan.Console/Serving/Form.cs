using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Console.Serving;

/// <summary>Reads a form within limits.</summary>
internal static class Form
{
    private const int MaxFields = 16;

    /// <summary>The fields that were sent.</summary>
    public static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Door.MaxFormBytes;
        }

        if (!context.Request.HasFormContentType)
        {
            throw new BadHttpRequestException("A form was expected.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            var feature = new FormFeature(
                context.Request,
                new FormOptions { ValueCountLimit = MaxFields, ValueLengthLimit = Door.MaxFormBytes }
            );
            return await feature.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
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
