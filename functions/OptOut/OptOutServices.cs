using Azure.Core;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OptOut.Acknowledgement;
using OptOut.Anchors;
using OptOut.Brand;
using OptOut.Catalogue;
using OptOut.Codes;
using OptOut.Controller;
using OptOut.DeadLetters;
using OptOut.Denials;
using OptOut.FanOut;
using OptOut.Health;
using OptOut.Http;
using OptOut.Identifiers;
using OptOut.Intake;
using OptOut.Limits;
using OptOut.LinkMail;
using OptOut.Links;
using OptOut.Mailto;
using OptOut.OpenApi;
using OptOut.Pages;
using OptOut.Permission;
using OptOut.PhoneAgents;
using OptOut.Portal;
using OptOut.Proofs;
using OptOut.PublicForm;
using OptOut.ReadyTexts;
using OptOut.Reconciliation;
using OptOut.Rendering;
using OptOut.Storage;
using OptOut.Subjects;
using OptOut.Suppressions;
using OptOut.Telemetry;
using OptOut.Unsubscribe;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Files;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.PrintHouse;
using OptOut.Vendors.Registers;
using OptOut.Vendors.SendGrid;
using OptOut.Vendors.Twilio;

namespace OptOut;

/// <summary>The whole product as services: the function app and the one-machine host register it by this one call.</summary>
public static class OptOutServices
{
    /// <summary>
    /// Registers everything. Settings stand under <c>OptOut</c>, the bus under <c>ServiceBus</c>; they are checked when the host starts, all
    /// at once, each error naming its setting and the mend.
    /// </summary>
    public static IServiceCollection AddOptOut(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new Lazy<TokenCredential>(() => new DefaultAzureCredential()));
        services
            .AddValidated<CatalogueOptions, CatalogueOptionsValidator>(configuration.GetSection("OptOut:Catalogue"))
            .AddValidated<BrandOptions, BrandOptionsValidator>(configuration.GetSection("OptOut:Brand"))
            .AddValidated<ControllerOptions, ControllerOptionsValidator>(configuration.GetSection("OptOut:Controller"))
            .AddValidated<DataOptions, DataOptionsValidator>(configuration.GetSection("OptOut:Data"))
            .AddValidated<LinkOptions, LinkOptionsValidator>(configuration.GetSection("OptOut:Links"))
            .AddValidated<StorageOptions, StorageOptionsValidator>(configuration.GetSection("OptOut:Storage"))
            .AddValidated<FanOutOptions, FanOutOptionsValidator>(configuration.GetSection("OptOut:FanOut"));
        services.AddOptions<AcknowledgementOptions>().Bind(configuration.GetSection("OptOut:Acknowledgement"));
        services.AddBus(configuration);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = RawBody.ServerMaxBytes);

        // The capabilities, in the order of the flow.
        services.AddSingleton<TopicCatalogue>().AddSingleton<IdentifierProtector>().AddSingleton<StorageAccount>();
        services.AddSingleton<LinkKeyRing>().AddSingleton<LinkHeaders>().AddSingleton<LinkDoor>();
        services.AddSingleton<ComponentRenderer>().AddSingleton<PageStyle>().AddSingleton<PageRenderer>().AddSingleton<PageViews>();
        services.AddUnsubscribe();
        services.AddSingleton<ConsentStore>().AddSingleton<ProfileStore>().AddSingleton<SubjectRegistrar>().AddSingleton<SubjectDoor>();
        services.AddSingleton<Feed>().AddSingleton<IdentifierIndex>().AddSingleton<DenialStore>().AddSingleton<CheckDoor>();
        services.AddSingleton<ChangeApplier>().AddSingleton<ChangeIntake>().AddSingleton<IdentifierIntake>().AddSingleton<Outbox>();
        services.AddSingleton<ChangePublisher>().AddSingleton<RetrySchedule>().AddSingleton<VendorRows>().AddSingleton<VendorPusher>();
        services.AddSingleton<StorePatience>().AddSingleton<MailDispatch>().AddSingleton<ApplyHandler>().AddSingleton<ChannelHandler>();
        services.AddSingleton<ConfirmationMail>().AddSingleton<AcknowledgeHandler>();
        services.AddHealth().AddSingleton<DriftIntake>().AddSingleton<SignalIntake>();
        services.AddLimits(configuration).AddLinkMail().AddPublicForm();
        services.AddCodes();
        services.AddPortal();
        services.AddSingleton<VendorProofs>().AddSingleton<ProofDoor>();
        services.AddReadyTexts();
        services.AddOpenApi();
        services.AddTelemetry().AddDeadLetters();
        services.AddPhoneAgents();
        services.AddSuppressions().AddAnchors();

        // The vendors: one folder, one line each.
        VendorHttp.AddClient(services).AddSingleton<VendorHttp>().AddSingleton<VendorCursors>().AddSingleton<VendorDoors>();
        services.AddSingleton<ListDrops>().AddSingleton<ListFiles>();
        services.AddSendGrid(configuration);
        services.AddPostmark(configuration);
        services.AddMailgun(configuration);
        services.AddAmazonSes(configuration);
        services.AddDialler(configuration);
        services.AddRegisters(configuration);
        services.AddPrintHouse(configuration);
        services.AddTwilio(configuration);
        services.AddHttpVendors(configuration);
        services.AddMailto(configuration);
        services.AddReconciliation();
        return services;
    }

    private static IServiceCollection AddValidated<TOptions, TValidator>(this IServiceCollection services, IConfigurationSection section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
        return services;
    }

    // The same setting the triggers' Connection reads: a connection string, or a namespace reached with the app's identity.
    private static void AddBus(this IServiceCollection services, IConfiguration configuration) => services.AddSingleton(provider =>
    {
        // Whoever publishes is waiting, and has the outbox: one quick retry.
        var options = new ServiceBusClientOptions { RetryOptions = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(100), TryTimeout = TimeSpan.FromSeconds(2) } };
        if (configuration[Topology.Connection] is { Length: > 0 } connectionString)
            return new ServiceBusClient(connectionString, options);
        if (configuration[$"{Topology.Connection}:fullyQualifiedNamespace"] is { Length: > 0 } @namespace)
            return new ServiceBusClient(@namespace, provider.GetRequiredService<Lazy<TokenCredential>>().Value, options);
        throw new OptionsValidationException(
            Topology.Connection, typeof(ServiceBusClient), [$"{Topology.Connection} is missing; give a connection string, or {Topology.Connection}__fullyQualifiedNamespace as in 'name.servicebus.windows.net'."]);
    });
}
